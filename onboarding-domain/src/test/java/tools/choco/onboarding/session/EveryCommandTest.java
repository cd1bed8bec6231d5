package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tools.choco.onboarding.session.SessionFixtures.ADA;
import static tools.choco.onboarding.session.SessionFixtures.CORRELATION;
import static tools.choco.onboarding.session.SessionFixtures.NOON;
import static tools.choco.onboarding.session.SessionFixtures.OPERATOR;
import static tools.choco.onboarding.session.SessionFixtures.USER;
import static tools.choco.onboarding.session.SessionFixtures.abandoned;
import static tools.choco.onboarding.session.SessionFixtures.complete;
import static tools.choco.onboarding.session.SessionFixtures.completeStep;
import static tools.choco.onboarding.session.SessionFixtures.ifMatch;
import static tools.choco.onboarding.session.SessionFixtures.keyed;
import static tools.choco.onboarding.session.SessionFixtures.keyedMetadata;
import static tools.choco.onboarding.session.SessionFixtures.pathSelected;
import static tools.choco.onboarding.session.SessionFixtures.read;
import static tools.choco.onboarding.session.SessionFixtures.reopenStep;
import static tools.choco.onboarding.session.SessionFixtures.requestOf;
import static tools.choco.onboarding.session.SessionFixtures.reset;
import static tools.choco.onboarding.session.SessionFixtures.resetSession;
import static tools.choco.onboarding.session.SessionFixtures.resumedAfter;
import static tools.choco.onboarding.session.SessionFixtures.selectPath;
import static tools.choco.onboarding.session.SessionFixtures.sentWith;
import static tools.choco.onboarding.session.SessionFixtures.skipStep;
import static tools.choco.onboarding.session.SessionFixtures.start;
import static tools.choco.onboarding.session.SessionFixtures.started;
import static tools.choco.onboarding.session.SessionFixtures.startedQuick;
import static tools.choco.onboarding.session.SessionFixtures.stepCompleted;
import static tools.choco.onboarding.session.SessionFixtures.stepReopened;
import static tools.choco.onboarding.session.SessionFixtures.stepSkipped;
import static tools.choco.onboarding.session.SessionTestBed.answer;
import static tools.choco.onboarding.testing.Expectations.events;
import static tools.choco.onboarding.testing.Expectations.payloads;
import static tools.choco.onboarding.testing.Expectations.refused;
import static tools.choco.onboarding.testing.Expectations.satisfying;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.RecentRequests;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.events.v1.OnboardingResumed;

/** What holds for each command that a user can send, before any rule of its own. */
class EveryCommandTest {

    private static final Caller MALLORY = Caller.user("mallory");

    private final SessionTestBed session = new SessionTestBed();

    /** A command that would be accepted, and emit something, on a session of the quick flow. */
    record UserCommand(String name, Function<Request, SessionCommand> with) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<UserCommand> everyChange() {
        return Stream.of(
                new UserCommand("complete step", it -> completeStep("tools", it)),
                new UserCommand("skip step", it -> skipStep("tools", it)),
                new UserCommand("reopen step", it -> reopenStep("profile", it)),
                new UserCommand("select path", it -> selectPath("docs", it)),
                new UserCommand("complete", it -> complete(it)),
                new UserCommand("reset", it -> resetSession(it)));
    }

    static Stream<UserCommand> everyCommand() {
        return Stream.concat(everyChange(), Stream.of(new UserCommand("start", it -> start(it))));
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void hidesTheSessionFromAnotherUser(UserCommand command) {
        session.given(begun())
                .when(command.with().apply(requestOf(MALLORY)))
                .expectNoEvents()
                .expectException(refused(Refusal.SESSION_NOT_FOUND));
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void hidesTheSessionBeforeItLooksAtKeysAndPreconditions(UserCommand command) {
        Request request = new Request(MALLORY, CORRELATION, "k1", "another hash", 99L);

        session.given(begun(sentWith(keyed("k1"), stepSkipped("tools"))))
                .when(command.with().apply(request))
                .expectNoEvents()
                .expectException(refused(Refusal.SESSION_NOT_FOUND));
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void answersARepeatOfAnEarlierRequest(UserCommand command) {
        session.given(begun(sentWith(keyed("k1"), stepSkipped("tools"))))
                .when(command.with().apply(keyed("k1")))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(it -> assertThat(it.replayed()).isTrue()));
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void refusesAnotherRequestUnderAKnownKey(UserCommand command) {
        session.given(begun(sentWith(keyed("k1"), stepSkipped("tools"))))
                .when(command.with().apply(keyed(USER, "k1", "another hash")))
                .expectNoEvents()
                .expectException(refused(Refusal.IDEMPOTENCY_KEY_REUSED));
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void looksAtTheKeyBeforeThePreconditionAndTheRules(UserCommand command) {
        Request repeat = new Request(USER, CORRELATION, "k1", "hash of k1", 1L);
        Request reuse = new Request(USER, CORRELATION, "k1", "another hash", 1L);
        List<Object> ended = begun(sentWith(keyed("k1"), reset()));

        session.given(ended)
                .when(command.with().apply(repeat))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(it -> assertThat(it.replayed()).isTrue()));
        new SessionTestBed()
                .given(ended)
                .when(command.with().apply(reuse))
                .expectNoEvents()
                .expectException(refused(Refusal.IDEMPOTENCY_KEY_REUSED));
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void refusesAPreconditionThatDoesNotHold(UserCommand command) {
        for (long revision : new long[] {0, 2, 4}) {
            new SessionTestBed()
                    .given(begun())
                    .when(command.with().apply(ifMatch(revision)))
                    .expectNoEvents()
                    .expectException(refused(Refusal.PRECONDITION_FAILED));
        }
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void refusesTheWrongPreconditionBeforeAnyRule(UserCommand command) {
        session.given(begun(reset()))
                .when(command.with().apply(ifMatch(3)))
                .expectNoEvents()
                .expectException(refused(Refusal.PRECONDITION_FAILED));
    }

    @ParameterizedTest
    @MethodSource("everyCommand")
    void acceptsAPreconditionThatHolds(UserCommand command) {
        session.thatMintsAnother()
                .given(begun())
                .when(command.with().apply(ifMatch(3)))
                .expectSuccessfulHandlerExecution();
    }

    @ParameterizedTest
    @MethodSource("everyChange")
    void resumesAnAbandonedSessionFirstInTheSameAppend(UserCommand command) {
        session.clock.set(NOON.plus(InMemoryFlows.IDLE_LIMIT).plusSeconds(60));

        session.thatMintsAnother()
                .given(begun(abandoned()))
                .when(command.with().apply(keyed("k1")))
                .expectEventsMatching(
                        events(
                                it -> {
                                    assertThat(it.getFirst().getPayload())
                                            .isEqualTo(
                                                    resumedAfter(
                                                            InMemoryFlows.IDLE_LIMIT.plusSeconds(
                                                                    60),
                                                            "path"));
                                    assertThat(it.size()).isGreaterThanOrEqualTo(2);
                                    assertThat(it)
                                            .allSatisfy(
                                                    event ->
                                                            assertThat(event.getMetaData())
                                                                    .containsAllEntriesOf(
                                                                            keyedMetadata("k1")));
                                }));
    }

    @ParameterizedTest
    @MethodSource("everyChange")
    void doesNotResumeForAnOperator(UserCommand command) {
        session.thatMintsAnother()
                .given(begun(abandoned()))
                .when(command.with().apply(requestOf(OPERATOR)))
                .expectEventsMatching(
                        events(
                                it ->
                                        assertThat(payloads(it))
                                                .isNotEmpty()
                                                .noneMatch(OnboardingResumed.class::isInstance)));
    }

    @Test
    void resumesAnAbandonedSessionWhenTheEffectIsThereAlready() {
        session.given(started(), stepSkipped("tools"), abandoned())
                .when(skipStep("tools"))
                .expectEventsMatching(
                        events(
                                it ->
                                        assertThat(payloads(it))
                                                .singleElement()
                                                .isInstanceOf(OnboardingResumed.class)));
    }

    @Test
    void doesNotResumeWhenTheCommandIsRefused() {
        session.given(started(), abandoned())
                .when(complete())
                .expectNoEvents()
                .expectException(
                        satisfying(
                                Refused.class,
                                it ->
                                        assertThat(it.refusal())
                                                .isEqualTo(Refusal.REQUIREMENTS_OPEN)));
    }

    @Test
    void keepsTheKeysOfDifferentCallersApart() {
        session.given(started(), sentWith(keyed("k1"), stepCompleted("profile")))
                .when(reopenStep("profile", keyed(OPERATOR, "k1", "another hash")))
                .expectEvents(stepReopened("profile"));
    }

    @Test
    void remembersAKeyThatCameWithTwoEventsOnce() {
        Request request = keyed("k1");

        session.given(
                        started(),
                        abandoned(),
                        sentWith(request, resumedAfter(InMemoryFlows.IDLE_LIMIT, "")),
                        sentWith(request, stepSkipped("tools")))
                .when(read(USER))
                .expectResultMessagePayloadMatching(
                        answer(
                                it ->
                                        assertThat(it.state().recentRequests().entries())
                                                .containsExactly(
                                                        new RecentRequests.Entry(
                                                                ADA, "k1", "hash of k1", false))));
    }

    @Test
    void remembersTheLastSixtyFourRequests() {
        List<Object> events = skippedAndReopened(64);

        session.given(events)
                .when(reopenStep("tools", keyed("k1")))
                .expectNoEvents()
                .expectResultMessagePayloadMatching(
                        answer(it -> assertThat(it.replayed()).isTrue()));
    }

    @Test
    void forgetsTheRequestBeforeThem() {
        // k1 skipped the step and k65 skipped it last: taken for a new request, k1 reopens it.
        session.given(skippedAndReopened(65))
                .when(reopenStep("tools", keyed(USER, "k1", "another hash")))
                .expectEvents(stepReopened("tools"));
    }

    @Test
    void doesNotRememberARefusal() {
        LiveSessions live = new LiveSessions();
        live.send(start());
        assertThatThrownBy(() -> live.send(skipStep("profile", keyed("k1"))))
                .matches(refused(Refusal.STEP_NOT_SKIPPABLE)::matches);

        SessionAnswer answer = live.send(skipStep("tools", keyed(USER, "k1", "another hash")));

        assertThat(answer.replayed()).isFalse();
        assertThat(answer.state().revision()).isEqualTo(2);
    }

    /** A session of the quick flow with nothing required open, at revision 3, and what followed. */
    private static List<Object> begun(Object... more) {
        List<Object> events = new ArrayList<>();
        events.add(startedQuick());
        events.add(stepCompleted("profile"));
        events.add(pathSelected("blog"));
        events.addAll(List.of(more));
        return events;
    }

    private static List<Object> skippedAndReopened(int requests) {
        List<Object> events = new ArrayList<>();
        events.add(started());
        for (int i = 1; i <= requests; i++) {
            Message event = i % 2 == 1 ? stepSkipped("tools") : stepReopened("tools");
            events.add(sentWith(keyed("k" + i), event));
        }
        return events;
    }
}
