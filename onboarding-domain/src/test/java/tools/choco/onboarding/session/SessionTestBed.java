package tools.choco.onboarding.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.axonframework.test.aggregate.TestExecutor;
import org.hamcrest.BaseMatcher;
import org.hamcrest.Description;
import org.hamcrest.Matcher;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;

/**
 * Axon's fixture for a session, with a clock that stands still at noon and ports that live in
 * memory.
 */
final class SessionTestBed {

    final SettableClock clock = new SettableClock(SessionFixtures.NOON);
    final InMemoryFlows flows = new InMemoryFlows();
    final ReversibleVault vault = new ReversibleVault();

    private final AggregateTestFixture<OnboardingSession> fixture =
            new AggregateTestFixture<>(OnboardingSession.class);

    SessionTestBed() {
        fixture.registerInjectableResources(clock, flows, vault, new FlatForms());
    }

    /**
     * The fixture reads the events of every aggregate as if they were of one; a reset writes to
     * two.
     */
    SessionTestBed thatMintsAnother() {
        fixture.setReportIllegalStateChange(false);
        return this;
    }

    TestExecutor<OnboardingSession> givenNothing() {
        return fixture.givenNoPriorActivity();
    }

    /** Events that happened; a bare payload is the user's doing. */
    TestExecutor<OnboardingSession> given(Object... events) {
        return given(Arrays.asList(events));
    }

    TestExecutor<OnboardingSession> given(List<?> events) {
        return fixture.given(
                events.stream()
                        .map(
                                event ->
                                        event instanceof Message payload
                                                ? SessionFixtures.by(SessionFixtures.USER, payload)
                                                : event)
                        .toList());
    }

    /** A refusal for that reason, without a list of issues. */
    static Matcher<Object> refused(Refusal refusal) {
        return satisfying(
                Refused.class,
                refused -> {
                    assertThat(refused.refusal()).isEqualTo(refusal);
                    assertThat(refused.issues()).isEmpty();
                });
    }

    /** An answer of which the assertions hold. */
    static Matcher<Object> answer(Consumer<SessionAnswer> assertions) {
        return satisfying(SessionAnswer.class, assertions);
    }

    /** Events of which the assertions hold. */
    @SuppressWarnings("unchecked")
    static Matcher<List<EventMessage<?>>> events(Consumer<List<EventMessage<?>>> assertions) {
        return (Matcher<List<EventMessage<?>>>)
                (Matcher<?>)
                        satisfying(
                                List.class,
                                events -> assertions.accept((List<EventMessage<?>>) events));
    }

    /** What the events say, without their metadata. */
    static List<Object> payloads(List<? extends EventMessage<?>> events) {
        return events.stream().<Object>map(EventMessage::getPayload).toList();
    }

    /**
     * A value of that type of which the assertions hold; their own failure is what the test
     * reports.
     */
    static <T> Matcher<Object> satisfying(Class<T> type, Consumer<? super T> assertions) {
        return new BaseMatcher<>() {
            @Override
            public boolean matches(Object actual) {
                assertThat(actual).isInstanceOf(type);
                assertions.accept(type.cast(actual));
                return true;
            }

            @Override
            public void describeTo(Description description) {
                description.appendText("a " + type.getSimpleName() + " that meets the assertions");
            }
        };
    }
}
