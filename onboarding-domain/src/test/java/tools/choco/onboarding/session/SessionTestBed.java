package tools.choco.onboarding.session;

import static tools.choco.onboarding.testing.Expectations.satisfying;

import com.google.protobuf.Message;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.axonframework.test.aggregate.TestExecutor;
import org.hamcrest.Matcher;
import tools.choco.onboarding.site.InMemorySites;
import tools.choco.onboarding.testing.ReversibleTexts;
import tools.choco.onboarding.testing.SettableClock;

/**
 * Axon's fixture for a session, with a clock that stands still at noon and ports that live in
 * memory.
 */
final class SessionTestBed {

    final SettableClock clock = new SettableClock(SessionFixtures.NOON);
    final InMemoryFlows flows = new InMemoryFlows();
    final ReversibleVault vault = new ReversibleVault();
    final ReversibleTexts texts = new ReversibleTexts();
    final InMemorySites sites = new InMemorySites(clock);

    private final AggregateTestFixture<OnboardingSession> fixture =
            new AggregateTestFixture<>(OnboardingSession.class);

    SessionTestBed() {
        fixture.registerInjectableResources(clock, flows, vault, texts, new FlatForms(), sites);
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

    /** An answer of which the assertions hold. */
    static Matcher<Object> answer(Consumer<SessionAnswer> assertions) {
        return satisfying(SessionAnswer.class, assertions);
    }
}
