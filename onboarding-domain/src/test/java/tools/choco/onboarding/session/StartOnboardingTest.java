package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.session.SessionFixtures.ADA;
import static tools.choco.onboarding.session.SessionFixtures.NOON;
import static tools.choco.onboarding.session.SessionFixtures.OPERATOR;
import static tools.choco.onboarding.session.SessionFixtures.SESSION;
import static tools.choco.onboarding.session.SessionFixtures.SUCCESSOR;
import static tools.choco.onboarding.session.SessionFixtures.abandoned;
import static tools.choco.onboarding.session.SessionFixtures.completed;
import static tools.choco.onboarding.session.SessionFixtures.keyed;
import static tools.choco.onboarding.session.SessionFixtures.keyedMetadata;
import static tools.choco.onboarding.session.SessionFixtures.pathSelected;
import static tools.choco.onboarding.session.SessionFixtures.request;
import static tools.choco.onboarding.session.SessionFixtures.requestOf;
import static tools.choco.onboarding.session.SessionFixtures.reset;
import static tools.choco.onboarding.session.SessionFixtures.resumedAfter;
import static tools.choco.onboarding.session.SessionFixtures.sentWith;
import static tools.choco.onboarding.session.SessionFixtures.start;
import static tools.choco.onboarding.session.SessionFixtures.startIn;
import static tools.choco.onboarding.session.SessionFixtures.started;
import static tools.choco.onboarding.session.SessionFixtures.startedIn;
import static tools.choco.onboarding.session.SessionFixtures.startedQuick;
import static tools.choco.onboarding.session.SessionFixtures.stepCompleted;
import static tools.choco.onboarding.session.SessionTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.events;
import static tools.choco.onboarding.testing.Expectations.refused;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.axonframework.messaging.Message;
import org.axonframework.messaging.MetaData;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.Refusal;

class StartOnboardingTest {

    private final SessionTestBed session = new SessionTestBed();

    @Test
    void startsOnAFirstVisit() {
        session.givenNothing()
                .when(start())
                .expectEvents(started())
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.created()).isTrue();
                                    assertThat(it.replayed()).isFalse();
                                    assertThat(it.state().revision()).isEqualTo(1);
                                    assertThat(it.state().status()).isEqualTo(SessionStatus.ACTIVE);
                                    assertThat(it.state().progress().currentStep())
                                            .isEqualTo("profile");
                                }));
    }

    @Test
    void recordsWhereTheUserCameFromAndTheWorkspace() {
        session.givenNothing()
                .when(new StartOnboarding(SESSION, ADA, "quick", "ws-1", "newsletter", request()))
                .expectEvents(
                        startedQuick().toBuilder()
                                .setSource("newsletter")
                                .setWorkspaceId("ws-1")
                                .build());
    }

    @Test
    void truncatesTheTimeToMicroseconds() {
        session.clock.set(NOON.plusNanos(999));

        session.givenNothing().when(start()).expectEvents(started());
    }

    @Test
    void tellsWhatIsDueNowAndWhatLater() {
        session.givenNothing()
                .when(start())
                .expectResultMessagePayloadMatching(
                        answer(
                                it ->
                                        assertThat(it.state().progress().requirements(List.of()))
                                                .isEqualTo(
                                                        new Progress.Requirements(
                                                                List.of(
                                                                        "profile",
                                                                        "workspace-hub",
                                                                        "path"),
                                                                List.of("site"),
                                                                List.of()))));
    }

    @Test
    void leavesCorrelationActorKeyAndHashInTheMetadata() {
        session.givenNothing()
                .when(start(keyed("k1")))
                .expectEventsMatching(
                        events(
                                it ->
                                        assertThat(it)
                                                .extracting(Message::getMetaData)
                                                .containsExactly(
                                                        MetaData.from(keyedMetadata("k1")))));
    }

    @Test
    void leavesNoKeyInTheMetadataIfThereIsNone() {
        session.givenNothing()
                .when(start())
                .expectEventsMatching(
                        events(
                                it ->
                                        assertThat(it.getFirst().getMetaData())
                                                .containsOnlyKeys("correlation_id", "actor")));
    }

    @Test
    void returnsTheSessionThatIsThere() {
        session.given(started(), stepCompleted("profile"))
                .when(start())
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.created()).isFalse();
                                    assertThat(it.replayed()).isFalse();
                                    assertThat(it.state().revision()).isEqualTo(2);
                                }));
    }

    @Test
    void answersARetryAsItAnsweredFirst() {
        session.given(sentWith(keyed("k1"), started()), stepCompleted("profile"))
                .when(start(keyed("k1")))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.created()).isTrue();
                                    assertThat(it.replayed()).isTrue();
                                }));
    }

    @Test
    void doesNotResumeAtTheThreshold() {
        session.clock.set(NOON.plus(InMemoryFlows.RESUME_THRESHOLD));

        session.given(started()).when(start()).expectNoEvents();
    }

    @Test
    void resumesBeyondTheThreshold() {
        Duration gap = InMemoryFlows.RESUME_THRESHOLD.plusMillis(1);
        session.clock.set(NOON.plus(gap));

        session.given(started(), stepCompleted("profile"))
                .when(start())
                .expectEvents(resumedAfter(gap, "profile"))
                .expectResultMessagePayloadMatching(
                        answer(
                                it ->
                                        assertThat(it.state().lastActivityAt())
                                                .isEqualTo(NOON.plus(gap))));
    }

    @Test
    void countsTheGapFromTheResumptionBefore() {
        Duration gap = Duration.ofHours(2);
        session.clock.set(NOON.plus(gap).plus(InMemoryFlows.RESUME_THRESHOLD));

        session.given(started(), resumedAfter(gap, "")).when(start()).expectNoEvents();
    }

    @Test
    void resumesAnAbandonedSession() {
        Duration gap = InMemoryFlows.IDLE_LIMIT.plusHours(1);
        session.clock.set(NOON.plus(gap));

        session.given(started(), abandoned())
                .when(start())
                .expectEvents(resumedAfter(gap, ""))
                .expectResultMessagePayloadMatching(
                        answer(
                                it ->
                                        assertThat(it.state().status())
                                                .isEqualTo(SessionStatus.ACTIVE)));
    }

    @Test
    void doesNotResumeForAnyoneButTheUser() {
        session.clock.set(NOON.plus(InMemoryFlows.IDLE_LIMIT).plusSeconds(1));

        session.given(started(), abandoned()).when(start(requestOf(OPERATOR))).expectNoEvents();
    }

    @Test
    void returnsACompletedSessionHoweverLongTheGap() {
        session.clock.set(NOON.plus(Duration.ofDays(400)));

        session.given(
                        startedQuick(),
                        stepCompleted("profile"),
                        pathSelected("blog"),
                        completed(3, 2, 0))
                .when(start())
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(
                                it ->
                                        assertThat(it.state().status())
                                                .isEqualTo(SessionStatus.COMPLETED)));
    }

    @Test
    void returnsAResetSessionThatNamesItsSuccessor() {
        session.clock.set(NOON.plus(Duration.ofDays(400)));

        session.given(started(), reset())
                .when(start())
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.state().status()).isEqualTo(SessionStatus.RESET);
                                    assertThat(it.state().newSessionId())
                                            .isEqualTo(SUCCESSOR.value());
                                }));
    }

    @Test
    void refusesAFlowThatIsNotConfigured() {
        session.givenNothing()
                .when(new StartOnboarding(SESSION, ADA, "unheard-of", null, "", request()))
                .expectNoEvents()
                .expectException(refused(Refusal.FLOW_UNKNOWN));
    }

    @Test
    void acceptsAWorkspaceThatTheTokenCovers() {
        session.givenNothing()
                .when(startIn("ws-1", requestOf(limitedTo("ws-1", "ws-2"))))
                .expectEvents(startedIn("ws-1"));
    }

    @Test
    void refusesAWorkspaceThatTheTokenDoesNotCover() {
        session.givenNothing()
                .when(startIn("ws-1", requestOf(limitedTo("ws-2"))))
                .expectNoEvents()
                .expectException(refused(Refusal.WORKSPACE_FORBIDDEN));
    }

    @Test
    void refusesAnyWorkspaceToATokenThatNamesNone() {
        session.givenNothing()
                .when(startIn("ws-1", requestOf(limitedTo())))
                .expectNoEvents()
                .expectException(refused(Refusal.WORKSPACE_FORBIDDEN));
    }

    private static Caller limitedTo(String... workspaces) {
        return new Caller(ADA, Caller.Role.USER, Set.of(workspaces));
    }
}
