package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.session.SessionFixtures.completed;
import static tools.choco.onboarding.session.SessionFixtures.keyed;
import static tools.choco.onboarding.session.SessionFixtures.pathSelected;
import static tools.choco.onboarding.session.SessionFixtures.reset;
import static tools.choco.onboarding.session.SessionFixtures.sentWith;
import static tools.choco.onboarding.session.SessionFixtures.skipStep;
import static tools.choco.onboarding.session.SessionFixtures.started;
import static tools.choco.onboarding.session.SessionFixtures.startedQuick;
import static tools.choco.onboarding.session.SessionFixtures.stepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.stepReopened;
import static tools.choco.onboarding.session.SessionFixtures.stepSkipped;
import static tools.choco.onboarding.session.SessionTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.refused;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.Refusal;

class SkipStepTest {

    private final SessionTestBed session = new SessionTestBed();

    @Test
    void skipsAStepThatMayBeSkipped() {
        session.given(started())
                .when(skipStep("tools"))
                .expectEvents(stepSkipped("tools"))
                .expectResultMessagePayloadMatching(
                        answer(
                                it ->
                                        assertThat(
                                                        it.state()
                                                                .progress()
                                                                .step("tools")
                                                                .orElseThrow()
                                                                .status())
                                                .isEqualTo(StepStatus.SKIPPED)));
    }

    @Test
    void skipsAReopenedStep() {
        session.given(started(), stepCompleted("tools"), stepReopened("tools"))
                .when(skipStep("tools"))
                .expectEvents(stepSkipped("tools"));
    }

    @Test
    void ignoresASkippedStep() {
        session.given(started(), stepSkipped("tools"))
                .when(skipStep("tools"))
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void answersARetryEvenAfterTheStepMovedOn() {
        session.given(
                        started(),
                        sentWith(keyed("k1"), stepSkipped("tools")),
                        stepCompleted("tools"))
                .when(skipStep("tools", keyed("k1")))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(it -> assertThat(it.replayed()).isTrue()));
    }

    @Test
    void refusesAStepThatWasNotOffered() {
        session.given(started())
                .when(skipStep("preferences"))
                .expectNoEvents()
                .expectException(refused(Refusal.STEP_UNKNOWN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"profile", "workspace-hub", "path", "site"})
    void refusesAStepThatMayNotBeSkipped(String stepId) {
        session.given(started())
                .when(skipStep(stepId))
                .expectNoEvents()
                .expectException(refused(Refusal.STEP_NOT_SKIPPABLE));
    }

    @Test
    void refusesACompletedStep() {
        session.given(started(), stepCompleted("tools"))
                .when(skipStep("tools"))
                .expectNoEvents()
                .expectException(refused(Refusal.STEP_ALREADY_COMPLETED));
    }

    @Test
    void refusesACompletedSession() {
        session.given(
                        startedQuick(),
                        stepCompleted("profile"),
                        pathSelected("blog"),
                        completed(3, 2, 0))
                .when(skipStep("tools"))
                .expectNoEvents()
                .expectException(refused(Refusal.SESSION_COMPLETED));
    }

    @Test
    void refusesAResetSession() {
        session.given(started(), reset())
                .when(skipStep("tools"))
                .expectNoEvents()
                .expectException(refused(Refusal.SESSION_RESET));
    }
}
