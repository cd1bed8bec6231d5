package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import tools.choco.onboarding.eventlog.CachingRepository;

/** Says how aggregates are loaded: {@code onboarding_aggregates_*}. */
final class AggregateMetrics {

    private static final String LOADS = "onboarding.aggregates.loads";

    private AggregateMetrics() {}

    static void of(String aggregate, CachingRepository<?> repository, MeterRegistry meters) {
        Gauge.builder("onboarding.aggregates.cached", repository, CachingRepository::cached)
                .description("Aggregates in memory")
                .tag("aggregate", aggregate)
                .register(meters);
        FunctionCounter.builder(LOADS, repository, CachingRepository::hits)
                .description("Loads of aggregates, from the cache or from the log")
                .tag("aggregate", aggregate)
                .tag("from", "cache")
                .register(meters);
        FunctionCounter.builder(LOADS, repository, CachingRepository::misses)
                .description("Loads of aggregates, from the cache or from the log")
                .tag("aggregate", aggregate)
                .tag("from", "log")
                .register(meters);
    }
}
