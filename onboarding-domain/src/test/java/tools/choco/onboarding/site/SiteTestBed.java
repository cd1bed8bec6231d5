package tools.choco.onboarding.site;

import static tools.choco.onboarding.testing.Expectations.satisfying;

import com.google.protobuf.Message;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.axonframework.test.aggregate.TestExecutor;
import org.hamcrest.Matcher;
import tools.choco.onboarding.testing.ReversibleTexts;
import tools.choco.onboarding.testing.SettableClock;

/** Axon's fixture for a site, with a clock that stands still at noon. */
final class SiteTestBed {

    final SettableClock clock = new SettableClock(SiteFixtures.NOON);

    final ReversibleTexts texts = new ReversibleTexts();

    private final AggregateTestFixture<Site> fixture = new AggregateTestFixture<>(Site.class);

    SiteTestBed() {
        fixture.registerInjectableResources(clock, texts);
    }

    TestExecutor<Site> givenNothing() {
        return fixture.givenNoPriorActivity();
    }

    /** Events that happened; a bare payload is the service's doing. */
    TestExecutor<Site> given(Object... events) {
        return given(Arrays.asList(events));
    }

    TestExecutor<Site> given(List<?> events) {
        return fixture.given(
                events.stream()
                        .map(
                                event ->
                                        event instanceof Message payload
                                                ? SiteFixtures.by(SiteFixtures.SERVICE, payload)
                                                : event)
                        .toList());
    }

    /** An answer of which the assertions hold. */
    static Matcher<Object> answer(Consumer<SiteAnswer> assertions) {
        return satisfying(SiteAnswer.class, assertions);
    }
}
