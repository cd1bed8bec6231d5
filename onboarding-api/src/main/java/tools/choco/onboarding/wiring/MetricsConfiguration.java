package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.funnel.FunnelQueries;
import tools.choco.onboarding.projection.ReadModelKeeper;
import tools.choco.onboarding.siteview.SiteQueries;

/** What is measured by asking the database. */
@Configuration(proxyBeanMethods = false)
class MetricsConfiguration {

    /** The processors have begun by then. */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofSeconds(10);

    @Bean
    StateMetrics stateMetrics(
            EventLog log,
            ReadModelKeeper readModels,
            ObjectProvider<ProcessorLifecycle> lifecycles,
            SiteQueries sites,
            FunnelQueries funnels,
            Clock clock,
            MeterRegistry meters,
            ScheduledExecutorService timers) {
        StateMetrics metrics =
                new StateMetrics(
                        log.reader(),
                        readModels,
                        lifecycles.stream().flatMap(it -> it.processors().stream()).toList(),
                        sites,
                        funnels,
                        clock,
                        meters);
        ScheduledFuture<?> _ =
                timers.scheduleWithFixedDelay(
                        metrics::look,
                        FIRST_LOOK.toMillis(),
                        PAUSE.toMillis(),
                        TimeUnit.MILLISECONDS);
        return metrics;
    }
}
