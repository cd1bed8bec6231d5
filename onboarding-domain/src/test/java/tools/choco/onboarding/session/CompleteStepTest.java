package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static tools.choco.onboarding.session.SessionFixtures.ADA;
import static tools.choco.onboarding.session.SessionFixtures.NOON;
import static tools.choco.onboarding.session.SessionFixtures.SITE_ID;
import static tools.choco.onboarding.session.SessionFixtures.at;
import static tools.choco.onboarding.session.SessionFixtures.completeStep;
import static tools.choco.onboarding.session.SessionFixtures.completed;
import static tools.choco.onboarding.session.SessionFixtures.keyed;
import static tools.choco.onboarding.session.SessionFixtures.lasting;
import static tools.choco.onboarding.session.SessionFixtures.pathSelected;
import static tools.choco.onboarding.session.SessionFixtures.requestOf;
import static tools.choco.onboarding.session.SessionFixtures.reset;
import static tools.choco.onboarding.session.SessionFixtures.sentWith;
import static tools.choco.onboarding.session.SessionFixtures.siteStepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.started;
import static tools.choco.onboarding.session.SessionFixtures.startedIn;
import static tools.choco.onboarding.session.SessionFixtures.startedQuick;
import static tools.choco.onboarding.session.SessionFixtures.stepAmended;
import static tools.choco.onboarding.session.SessionFixtures.stepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.stepReopened;
import static tools.choco.onboarding.session.SessionFixtures.stepSkipped;
import static tools.choco.onboarding.session.SessionTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.events;
import static tools.choco.onboarding.testing.Expectations.payloads;
import static tools.choco.onboarding.testing.Expectations.refused;
import static tools.choco.onboarding.testing.Expectations.satisfying;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.Issue;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.answer.Answers;
import tools.choco.onboarding.flow.Flow;

class CompleteStepTest {

    private static final Answers OTHER = FlatForms.answers("firstName", "Augusta");

    private final SessionTestBed session = new SessionTestBed();

    @Test
    void acceptsAnswers() {
        session.given(started())
                .when(completeStep("profile"))
                .expectEvents(stepCompleted("profile"))
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.created()).isFalse();
                                    assertThat(it.state().revision()).isEqualTo(2);
                                    assertThat(it.state().lastStepId()).isEqualTo("profile");
                                    assertThat(it.state().progress().currentStep())
                                            .isEqualTo("tools");
                                }));
    }

    @Test
    void acceptsStepsInAnyOrder() {
        session.given(started(), stepCompleted("workspace-hub"))
                .when(completeStep("profile"))
                .expectEvents(stepCompleted("profile"));
    }

    @Test
    void completesASkippedStep() {
        session.given(started(), stepSkipped("tools"))
                .when(completeStep("tools"))
                .expectEvents(stepCompleted("tools"));
    }

    @Test
    void amendsACompletedStep() {
        session.given(started(), stepCompleted("profile"))
                .when(completeStep("profile", OTHER))
                .expectEvents(stepAmended("profile", OTHER));
    }

    @Test
    void completesAReopenedStepWithoutAmending() {
        session.given(started(), stepCompleted("profile"), stepReopened("profile"))
                .when(completeStep("profile"))
                .expectEvents(stepCompleted("profile"));
    }

    @Test
    void ignoresTheSameAnswers() {
        session.given(started(), stepCompleted("profile"))
                .when(completeStep("profile"))
                .expectSuccessfulHandlerExecution()
                .expectNoEvents();
        assertThat(session.vault.sealedSteps()).isEmpty();
    }

    @Test
    void answersARetryWithoutSealingAgain() {
        session.given(started(), sentWith(keyed("k1"), stepCompleted("profile")))
                .when(completeStep("profile", keyed("k1")))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.replayed()).isTrue();
                                    assertThat(it.created()).isFalse();
                                }));
        assertThat(session.vault.sealedSteps()).isEmpty();
    }

    @Test
    void sealsAgainWhenTheKeyOfTheEarlierAnswersIsDestroyed() {
        session.vault.destroy(ADA);

        session.given(started(), stepCompleted("profile"))
                .when(completeStep("profile"))
                .expectEventsMatching(
                        events(
                                it ->
                                        assertThat(payloads(it))
                                                .singleElement()
                                                .isNotEqualTo(stepCompleted("profile"))));
        assertThat(session.vault.sealedSteps()).containsExactly("profile");
    }

    @Test
    void measuresTheStepFromThePreviousEvent() {
        session.clock.set(NOON.plusSeconds(90));

        session.given(started(), at(NOON.plusSeconds(30), stepSkipped("tools")))
                .when(completeStep("profile"))
                .expectEvents(
                        lasting(
                                Duration.ofSeconds(60),
                                at(NOON.plusSeconds(90), stepCompleted("profile"))));
    }

    @Test
    void neverRunsTimeBackwards() {
        session.clock.set(NOON.minusSeconds(3600));

        session.given(started())
                .when(completeStep("profile"))
                .expectEvents(stepCompleted("profile"));
    }

    @Test
    void doesNotCompleteASessionWhoseSiteIsOpen() {
        session.given(started(), stepCompleted("profile"), pathSelected("blog"))
                .when(completeStep("workspace-hub"))
                .expectEvents(stepCompleted("workspace-hub"))
                .expectResultMessagePayloadMatching(
                        answer(
                                it ->
                                        assertThat(it.state().progress().requirements(List.of()))
                                                .isEqualTo(
                                                        new Progress.Requirements(
                                                                List.of("site"),
                                                                List.of(),
                                                                List.of()))));
    }

    @Test
    void doesNotCompleteASessionWithoutASite() {
        session.given(startedQuick(), pathSelected("blog"))
                .when(completeStep("profile"))
                .expectEvents(stepCompleted("profile"));
    }

    @Test
    void completesTheSessionWhenTheSiteIsThereAlready() {
        session.given(
                        started(),
                        stepCompleted("profile"),
                        stepSkipped("tools"),
                        pathSelected("blog"),
                        siteStepCompleted())
                .when(completeStep("workspace-hub"))
                .expectEvents(stepCompleted("workspace-hub"), completed(5, 4, 1))
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.state().status())
                                            .isEqualTo(SessionStatus.COMPLETED);
                                    assertThat(it.state().completedAt()).isEqualTo(NOON);
                                    assertThat(it.state().siteIds()).containsExactly(SITE_ID);
                                }));
    }

    @Test
    void doesNotCompleteTheSessionWhileOtherFormsAreOpen() {
        session.given(started(), siteStepCompleted())
                .when(completeStep("workspace-hub"))
                .expectEvents(stepCompleted("workspace-hub"));
    }

    @Test
    void refusesAStepThatWasNotOffered() {
        session.given(started())
                .when(completeStep("preferences"))
                .expectNoEvents()
                .expectException(refused(Refusal.STEP_UNKNOWN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"path", "site"})
    void refusesAnswersToAStepThatAsksForNone(String stepId) {
        session.given(started())
                .when(completeStep(stepId))
                .expectNoEvents()
                .expectException(refused(Refusal.STEP_KIND_MISMATCH));
    }

    @Test
    void refusesAnswersThatDoNotFollowTheSchema() {
        session.given(started())
                .when(completeStep("profile", FlatForms.answers("lastName", "Lovelace")))
                .expectNoEvents()
                .expectException(
                        satisfying(
                                Refused.class,
                                refused -> {
                                    assertThat(refused.refusal())
                                            .isEqualTo(Refusal.ANSWERS_INVALID);
                                    assertThat(refused.issues())
                                            .extracting(Issue::pointer, Issue::code)
                                            .containsExactly(
                                                    tuple("/answers/firstName", "required"));
                                    assertThat(refused.getMessage()).doesNotContain("Lovelace");
                                }));
        assertThat(session.vault.sealedSteps()).isEmpty();
    }

    @Test
    void checksAgainstTheVersionThatWasOffered() {
        session.flows.offer(
                new Flow(
                        "guided",
                        4,
                        "c".repeat(64),
                        "The next tour",
                        List.of("calm"),
                        List.of(),
                        List.of(),
                        List.of(),
                        InMemoryFlows.RESUME_THRESHOLD,
                        InMemoryFlows.IDLE_LIMIT));

        session.given(started())
                .when(completeStep("profile"))
                .expectEvents(stepCompleted("profile"));
    }

    @Test
    void refusesACompletedSession() {
        session.given(
                        startedQuick(),
                        stepCompleted("profile"),
                        pathSelected("blog"),
                        completed(3, 2, 0))
                .when(completeStep("tools"))
                .expectNoEvents()
                .expectException(refused(Refusal.SESSION_COMPLETED));
    }

    @Test
    void refusesAResetSession() {
        session.given(started(), reset())
                .when(completeStep("profile"))
                .expectNoEvents()
                .expectException(refused(Refusal.SESSION_RESET));
    }

    @Test
    void acceptsTheWorkspaceThatWasFixedAtTheStart() {
        session.given(startedIn("ws-1"))
                .when(completeStep("workspace-hub"))
                .expectEvents(stepCompleted("workspace-hub"));
    }

    @Test
    void refusesAnotherWorkspaceThanTheOneFixedAtTheStart() {
        session.given(startedIn("ws-2"))
                .when(completeStep("workspace-hub"))
                .expectNoEvents()
                .expectException(refused(Refusal.WORKSPACE_FIXED));
    }

    @Test
    void acceptsAWorkspaceThatTheTokenCovers() {
        session.given(started())
                .when(completeStep("workspace-hub", limitedTo("ws-1")))
                .expectEvents(stepCompleted("workspace-hub"));
    }

    @Test
    void refusesAWorkspaceThatTheTokenDoesNotCover() {
        session.given(started())
                .when(completeStep("workspace-hub", limitedTo("ws-2")))
                .expectNoEvents()
                .expectException(refused(Refusal.WORKSPACE_FORBIDDEN));
    }

    @Test
    void looksForTheWorkspaceInItsOwnStepOnly() {
        Answers answers = FlatForms.answers("tools", "git", "workspaceId", "ws-9");

        session.given(startedIn("ws-1"))
                .when(completeStep("tools", answers))
                .expectEvents(stepCompleted("tools", answers));
    }

    private static Request limitedTo(String workspaceId) {
        return requestOf(new Caller(ADA, Caller.Role.USER, Set.of(workspaceId)));
    }
}
