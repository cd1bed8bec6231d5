package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;
import static tools.choco.onboarding.session.SessionFixtures.ADA;
import static tools.choco.onboarding.session.SessionFixtures.NOON;
import static tools.choco.onboarding.session.SessionFixtures.OPERATOR;
import static tools.choco.onboarding.session.SessionFixtures.SESSION;
import static tools.choco.onboarding.session.SessionFixtures.SUCCESSOR;
import static tools.choco.onboarding.session.SessionFixtures.USER;
import static tools.choco.onboarding.session.SessionFixtures.abandoned;
import static tools.choco.onboarding.session.SessionFixtures.at;
import static tools.choco.onboarding.session.SessionFixtures.completeStep;
import static tools.choco.onboarding.session.SessionFixtures.completed;
import static tools.choco.onboarding.session.SessionFixtures.keyed;
import static tools.choco.onboarding.session.SessionFixtures.keyedMetadata;
import static tools.choco.onboarding.session.SessionFixtures.pathSelected;
import static tools.choco.onboarding.session.SessionFixtures.request;
import static tools.choco.onboarding.session.SessionFixtures.requestOf;
import static tools.choco.onboarding.session.SessionFixtures.reset;
import static tools.choco.onboarding.session.SessionFixtures.resetSession;
import static tools.choco.onboarding.session.SessionFixtures.resumedAfter;
import static tools.choco.onboarding.session.SessionFixtures.sentWith;
import static tools.choco.onboarding.session.SessionFixtures.start;
import static tools.choco.onboarding.session.SessionFixtures.started;
import static tools.choco.onboarding.session.SessionFixtures.startedIn;
import static tools.choco.onboarding.session.SessionFixtures.startedQuick;
import static tools.choco.onboarding.session.SessionFixtures.stepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.successorStarted;
import static tools.choco.onboarding.session.SessionTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.events;
import static tools.choco.onboarding.testing.Expectations.payloads;
import static tools.choco.onboarding.testing.Expectations.refused;

import java.time.Duration;
import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.events.v1.OnboardingReset;
import tools.choco.onboarding.events.v1.ResetInitiator;
import tools.choco.onboarding.flow.Flow;

class ResetSessionTest {

    private static final Flow GUIDED = InMemoryFlows.GUIDED;

    private final SessionTestBed session = new SessionTestBed();
    private final LiveSessions live = new LiveSessions();

    @Test
    void mintsAFreshSessionThatNamesTheOldOne() {
        session.thatMintsAnother()
                .given(started(), stepCompleted("profile"))
                .when(resetSession())
                .expectEvents(reset(), successorStarted(GUIDED))
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.state().id()).isEqualTo(SESSION);
                                    assertThat(it.state().status()).isEqualTo(SessionStatus.RESET);
                                    assertThat(it.state().newSessionId())
                                            .isEqualTo(SUCCESSOR.value());
                                }));
    }

    @Test
    void appendsBothEventsAtOnceAndNamesTheResetAsTheCause() {
        live.send(start());

        live.send(resetSession(keyed("k1")));

        List<EventMessage<?>> append = live.appends().getLast();
        assertThat(payloads(append)).containsExactly(reset(), successorStarted(GUIDED));
        assertThat(append.getFirst().getMetaData())
                .containsExactlyInAnyOrderEntriesOf(keyedMetadata("k1"));
        assertThat(append.getLast().getMetaData())
                .containsAllEntriesOf(keyedMetadata("k1"))
                .containsEntry(EventMetadata.CAUSATION_ID, append.getFirst().getIdentifier())
                .hasSize(5);
    }

    @Test
    void beginsTheFreshSessionWithNothingDone() {
        live.send(start());
        live.send(completeStep("profile"));
        live.send(resetSession());

        SessionState fresh = live.send(new ReadSession(SUCCESSOR, request())).state();

        assertThat(fresh.status()).isEqualTo(SessionStatus.ACTIVE);
        assertThat(fresh.revision()).isEqualTo(1);
        assertThat(fresh.previousSessionId()).isEqualTo(SESSION.value());
        assertThat(fresh.progress().steps())
                .allSatisfy(step -> assertThat(step.status()).isEqualTo(StepStatus.PENDING))
                .allSatisfy(step -> assertThat(step.answers()).isEmpty());
    }

    @Test
    void doesNotTakeTheResetForARequestToTheFreshSession() {
        live.send(start());
        live.send(resetSession(keyed("k1")));

        SessionAnswer answer =
                live.send(
                        new StartOnboarding(
                                SUCCESSOR, ADA, "guided", null, "", keyed(USER, "k1", "other")));

        assertThat(answer.created()).isFalse();
        assertThat(answer.replayed()).isFalse();
    }

    @Test
    void keepsWorkspaceVariantAndSource() {
        var begun = startedIn("ws-1").toBuilder().setVariant("odd").setSource("test-1").build();

        session.thatMintsAnother()
                .given(begun)
                .when(resetSession())
                .expectEvents(
                        reset(),
                        successorStarted(GUIDED).toBuilder()
                                .setWorkspaceId("ws-1")
                                .setVariant("odd")
                                .setSource("test-1")
                                .build());
    }

    @Test
    void offersTheFlowAsItIsToday() {
        Flow today =
                new Flow(
                        "guided",
                        4,
                        "c".repeat(64),
                        "Shorter",
                        GUIDED.variants(),
                        GUIDED.steps().subList(0, 2),
                        List.of(),
                        List.of(),
                        GUIDED.resumeThreshold(),
                        GUIDED.idleLimit());
        session.flows.offer(today);

        session.thatMintsAnother()
                .given(started())
                .when(resetSession())
                .expectEvents(reset(), successorStarted(today));
    }

    @Test
    void resetsACompletedSession() {
        session.thatMintsAnother()
                .given(
                        startedQuick(),
                        stepCompleted("profile"),
                        pathSelected("blog"),
                        completed(3, 2, 0))
                .when(resetSession())
                .expectEvents(reset(), successorStarted(InMemoryFlows.QUICK));
    }

    @Test
    void namesTheOperatorWhoAsked() {
        session.thatMintsAnother()
                .given(started())
                .when(resetSession(requestOf(OPERATOR)))
                .expectEvents(
                        reset().toBuilder()
                                .setInitiatedBy(ResetInitiator.RESET_INITIATOR_ADMIN)
                                .setActorId(OPERATOR.subject())
                                .build(),
                        successorStarted(GUIDED));
    }

    @Test
    void resumesAnAbandonedSessionFirstWhenTheUserAsks() {
        Duration gap = InMemoryFlows.IDLE_LIMIT.plusHours(1);
        session.clock.set(NOON.plus(gap));

        session.thatMintsAnother()
                .given(started(), abandoned())
                .when(resetSession())
                .expectEvents(
                        resumedAfter(gap, ""),
                        at(NOON.plus(gap), reset()),
                        at(NOON.plus(gap), successorStarted(GUIDED)));
    }

    @Test
    void doesNotResumeAnAbandonedSessionForAnOperator() {
        Duration gap = InMemoryFlows.IDLE_LIMIT.plusHours(1);
        session.clock.set(NOON.plus(gap));

        session.thatMintsAnother()
                .given(started(), abandoned())
                .when(resetSession(requestOf(OPERATOR)))
                .expectEventsMatching(
                        events(
                                it -> {
                                    assertThat(it).hasSize(2);
                                    assertThat(it.getFirst().getPayload())
                                            .isInstanceOf(OnboardingReset.class);
                                }));
    }

    @Test
    void neverRunsTimeBackwardsIntoTheFreshSession() {
        session.clock.set(NOON.minusSeconds(3600));

        session.thatMintsAnother()
                .given(started())
                .when(resetSession())
                .expectEvents(reset(), successorStarted(GUIDED));
    }

    @Test
    void answersASecondResetWithTheSameSuccessor() {
        session.given(started(), reset())
                .when(
                        new ResetSession(
                                SESSION,
                                new SessionId("01960000-0000-7000-8000-00000000000f"),
                                "",
                                request()))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.replayed()).isFalse();
                                    assertThat(it.state().newSessionId())
                                            .isEqualTo(SUCCESSOR.value());
                                }));
    }

    @Test
    void answersARetryWithTheSameSuccessor() {
        session.given(started(), sentWith(keyed("k1"), reset()))
                .when(
                        new ResetSession(
                                SESSION,
                                new SessionId("01960000-0000-7000-8000-00000000000f"),
                                "wrong turn",
                                keyed("k1")))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(
                                it -> {
                                    assertThat(it.replayed()).isTrue();
                                    assertThat(it.state().newSessionId())
                                            .isEqualTo(SUCCESSOR.value());
                                }));
    }

    @Test
    void refusesAFlowThatIsNoLongerOffered() {
        session.given(started().toBuilder().setFlowId("retired").build())
                .when(resetSession())
                .expectNoEvents()
                .expectException(refused(Refusal.FLOW_UNKNOWN));
    }
}
