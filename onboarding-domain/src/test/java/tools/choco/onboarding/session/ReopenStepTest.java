package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.session.SessionFixtures.completed;
import static tools.choco.onboarding.session.SessionFixtures.keyed;
import static tools.choco.onboarding.session.SessionFixtures.pathSelected;
import static tools.choco.onboarding.session.SessionFixtures.reopenStep;
import static tools.choco.onboarding.session.SessionFixtures.reset;
import static tools.choco.onboarding.session.SessionFixtures.sentWith;
import static tools.choco.onboarding.session.SessionFixtures.siteStepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.started;
import static tools.choco.onboarding.session.SessionFixtures.startedQuick;
import static tools.choco.onboarding.session.SessionFixtures.stepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.stepReopened;
import static tools.choco.onboarding.session.SessionFixtures.stepSkipped;
import static tools.choco.onboarding.session.SessionTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.refused;

import org.junit.jupiter.api.Test;
import tools.choco.onboarding.Refusal;

class ReopenStepTest {

    private final SessionTestBed session = new SessionTestBed();

    @Test
    void keepsLaterStepsAndTheAnswers() {
        session.given(started(), stepCompleted("profile"), stepCompleted("workspace-hub"))
                .when(reopenStep("profile"))
                .expectEvents(stepReopened("profile"))
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    Progress progress = it.state().progress();
                                    StepProgress profile = progress.step("profile").orElseThrow();
                                    assertThat(profile.status()).isEqualTo(StepStatus.PENDING);
                                    assertThat(profile.latestAnswers())
                                            .contains(stepCompleted("profile").getAnswers());
                                    assertThat(progress.count(StepStatus.COMPLETED)).isEqualTo(1);
                                    assertThat(progress.currentStep()).isEqualTo("profile");
                                }));
    }

    @Test
    void reopensASkippedStep() {
        session.given(started(), stepSkipped("tools"))
                .when(reopenStep("tools"))
                .expectEvents(stepReopened("tools"));
    }

    @Test
    void reopensThePathAndKeepsTheChoice() {
        session.given(started(), pathSelected("blog"))
                .when(reopenStep("path"))
                .expectEvents(stepReopened("path"))
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.state().progress().pathId()).isEqualTo("blog");
                                    assertThat(it.state().progress().openRequirements())
                                            .extracting(StepProgress::stepId)
                                            .contains("path");
                                }));
    }

    @Test
    void ignoresAStepThatIsOpen() {
        session.given(started())
                .when(reopenStep("profile"))
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void answersARetryEvenAfterTheStepMovedOn() {
        session.given(
                        started(),
                        stepCompleted("profile"),
                        sentWith(keyed("k1"), stepReopened("profile")),
                        stepCompleted("profile"))
                .when(reopenStep("profile", keyed("k1")))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(it -> assertThat(it.replayed()).isTrue()));
    }

    @Test
    void refusesAStepThatWasNotOffered() {
        session.given(started())
                .when(reopenStep("preferences"))
                .expectNoEvents()
                .expectException(refused(Refusal.STEP_UNKNOWN));
    }

    @Test
    void refusesASiteThatIsLive() {
        session.given(started(), siteStepCompleted())
                .when(reopenStep("site"))
                .expectNoEvents()
                .expectException(refused(Refusal.STEP_NOT_REOPENABLE));
    }

    @Test
    void refusesACompletedSession() {
        session.given(
                        startedQuick(),
                        stepCompleted("profile"),
                        pathSelected("blog"),
                        completed(3, 2, 0))
                .when(reopenStep("profile"))
                .expectNoEvents()
                .expectException(refused(Refusal.SESSION_COMPLETED));
    }

    @Test
    void refusesAResetSession() {
        session.given(started(), stepCompleted("profile"), reset())
                .when(reopenStep("profile"))
                .expectNoEvents()
                .expectException(refused(Refusal.SESSION_RESET));
    }
}
