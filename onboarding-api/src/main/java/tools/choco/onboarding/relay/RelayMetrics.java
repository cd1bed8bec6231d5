package tools.choco.onboarding.relay;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** Measures the relay: {@code onboarding_relay_*}. */
final class RelayMetrics {

    private final MeterRegistry meters;
    private final Counter published;

    RelayMetrics(EventRelay relay, MeterRegistry meters) {
        this.meters = meters;
        published =
                Counter.builder("onboarding.relay.published")
                        .description("Events that this process put into the stream")
                        .register(meters);
        for (RelayState state : RelayState.values()) {
            Gauge.builder("onboarding.relay.state", relay, it -> it.state() == state ? 1 : 0)
                    .description("1 for what this instance's relay is doing")
                    .tag("state", state.wireName())
                    .register(meters);
        }
        Gauge.builder("onboarding.relay.backlog.events", relay, EventRelay::backlogEvents)
                .description("Events of the log that the stream lacks")
                .register(meters);
        Gauge.builder("onboarding.relay.backlog.age", relay, EventRelay::backlogSeconds)
                .description("Age of the oldest of them")
                .baseUnit("seconds")
                .register(meters);
        // From the start, so that the first failure shows as a rise.
        for (String kind : new String[] {"stream", "refused", "log", "defect"}) {
            failures(kind);
        }
    }

    void countPublished() {
        published.increment();
    }

    void countFailure(String kind) {
        failures(kind).increment();
    }

    private Counter failures(String kind) {
        return Counter.builder("onboarding.relay.failures")
                .description("Terms of the relay that ended with a failure")
                .tag("kind", kind)
                .register(meters);
    }
}
