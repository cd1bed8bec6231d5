package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static tools.choco.onboarding.session.SessionFixtures.NOON;
import static tools.choco.onboarding.session.SessionFixtures.at;
import static tools.choco.onboarding.session.SessionFixtures.complete;
import static tools.choco.onboarding.session.SessionFixtures.completed;
import static tools.choco.onboarding.session.SessionFixtures.keyed;
import static tools.choco.onboarding.session.SessionFixtures.pathSelected;
import static tools.choco.onboarding.session.SessionFixtures.reset;
import static tools.choco.onboarding.session.SessionFixtures.sentWith;
import static tools.choco.onboarding.session.SessionFixtures.started;
import static tools.choco.onboarding.session.SessionFixtures.startedQuick;
import static tools.choco.onboarding.session.SessionFixtures.stepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.stepReopened;
import static tools.choco.onboarding.session.SessionFixtures.stepSkipped;
import static tools.choco.onboarding.session.SessionTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.refused;
import static tools.choco.onboarding.testing.Expectations.satisfying;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.Issue;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;

class CompleteOnboardingTest {

    private final SessionTestBed session = new SessionTestBed();

    @Test
    void completesWhenEveryRequiredStepIsDone() {
        session.given(startedQuick(), stepCompleted("profile"), pathSelected("blog"))
                .when(complete())
                .expectEvents(completed(3, 2, 0))
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.state().status())
                                            .isEqualTo(SessionStatus.COMPLETED);
                                    assertThat(it.state().completedAt()).isEqualTo(NOON);
                                    assertThat(it.state().progress().requirements(List.of()))
                                            .isEqualTo(
                                                    new Progress.Requirements(
                                                            List.of(), List.of(), List.of()));
                                }));
    }

    @Test
    void countsStepsAndMeasuresFromTheStart() {
        session.clock.set(NOON.plus(Duration.ofMinutes(7)));

        session.given(
                        startedQuick(),
                        stepSkipped("tools"),
                        stepCompleted("profile"),
                        at(NOON.plus(Duration.ofMinutes(3)), pathSelected("blog")))
                .when(complete())
                .expectEvents(
                        at(NOON.plus(Duration.ofMinutes(7)), completed(3, 2, 1)).toBuilder()
                                .setTotalDurationMs(420_000)
                                .build());
    }

    @Test
    void ignoresACompletedSession() {
        session.given(
                        startedQuick(),
                        stepCompleted("profile"),
                        pathSelected("blog"),
                        completed(3, 2, 0))
                .when(complete())
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
    }

    @Test
    void answersARetry() {
        session.given(
                        startedQuick(),
                        stepCompleted("profile"),
                        pathSelected("blog"),
                        sentWith(keyed("k1"), completed(3, 2, 0)))
                .when(complete(keyed("k1")))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(it -> assertThat(it.replayed()).isTrue()));
    }

    @Test
    void refusesWithEveryOpenRequirementInOrder() {
        session.given(started(), stepCompleted("workspace-hub"))
                .when(complete())
                .expectNoEvents()
                .expectException(
                        satisfying(
                                Refused.class,
                                refused -> {
                                    assertThat(refused.refusal())
                                            .isEqualTo(Refusal.REQUIREMENTS_OPEN);
                                    assertThat(refused.issues())
                                            .extracting(Issue::pointer, Issue::code)
                                            .containsExactly(
                                                    tuple("/steps/profile", "step_open"),
                                                    tuple("/steps/path", "step_open"),
                                                    tuple("/steps/site", "site_not_live"));
                                }));
    }

    @Test
    void countsAReopenedStepAsOpen() {
        session.given(
                        startedQuick(),
                        stepCompleted("profile"),
                        pathSelected("blog"),
                        stepReopened("profile"))
                .when(complete())
                .expectNoEvents()
                .expectException(
                        satisfying(
                                Refused.class,
                                refused ->
                                        assertThat(refused.issues())
                                                .extracting(Issue::pointer)
                                                .containsExactly("/steps/profile")));
    }

    @Test
    void refusesAResetSession() {
        session.given(startedQuick(), stepCompleted("profile"), pathSelected("blog"), reset())
                .when(complete())
                .expectNoEvents()
                .expectException(refused(Refusal.SESSION_RESET));
    }
}
