package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import javax.sql.DataSource;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.eventlog.PostgresEventStore;
import tools.choco.onboarding.funnel.FunnelProjection;
import tools.choco.onboarding.funnel.FunnelQueries;
import tools.choco.onboarding.projection.Projection;
import tools.choco.onboarding.projection.ProjectionProcessor;
import tools.choco.onboarding.projection.ProjectionSettings;
import tools.choco.onboarding.projection.Projections;
import tools.choco.onboarding.sessionview.SessionQueries;
import tools.choco.onboarding.sessionview.SessionViewProjection;
import tools.choco.onboarding.siteview.SiteQueries;
import tools.choco.onboarding.siteview.SiteViewProjection;

/** The read models: what feeds them, and what reads them. */
@Configuration(proxyBeanMethods = false)
class ProjectionsConfiguration {

    /** A segment whose owner has been silent for this long is anyone's. */
    private static final Duration CLAIM_TIMEOUT = Duration.ofSeconds(10);

    private static final int THREADS = 2;

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService timers() {
        return Executors.newScheduledThreadPool(
                THREADS, Thread.ofPlatform().name("timer-", 0).daemon().factory());
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService projectionWorkers() {
        return Executors.newScheduledThreadPool(
                THREADS, Thread.ofPlatform().name("projection-", 0).daemon().factory());
    }

    @Bean
    List<ProjectionProcessor> projectionProcessors(
            EventLog log,
            PostgresEventStore eventStore,
            ScheduledExecutorService timers,
            ScheduledExecutorService projectionWorkers,
            MeterRegistry meters) {
        Projections projections =
                new Projections(
                        eventStore,
                        log.tokenStore(
                                ManagementFactory.getRuntimeMXBean().getName(), CLAIM_TIMEOUT),
                        log.transactions(),
                        log.transactions()::current,
                        timers,
                        projectionWorkers,
                        ProjectionSettings.DEFAULT);
        List<Projection> all =
                List.of(
                        new SessionViewProjection(),
                        new FunnelProjection(),
                        new SiteViewProjection());
        List<ProjectionProcessor> processors = all.stream().map(projections::processorFor).toList();
        processors.forEach(processor -> watch(processor, meters));
        return processors;
    }

    @Bean
    SmartLifecycle projectionLifecycle(List<ProjectionProcessor> processors) {
        return new ProjectionLifecycle(processors);
    }

    @Bean
    SessionQueries sessionQueries(DataSource database) {
        return new SessionQueries(database);
    }

    @Bean
    FunnelQueries funnelQueries(DataSource database) {
        return new FunnelQueries(database);
    }

    @Bean
    SiteQueries siteQueries(DataSource database) {
        return new SiteQueries(database);
    }

    private static void watch(ProjectionProcessor processor, MeterRegistry meters) {
        String name = processor.projection().name();
        Gauge.builder(
                        "onboarding.processor.position",
                        processor,
                        it -> {
                            Long position = it.status().position();
                            return position == null ? Double.NaN : position;
                        })
                .description("Log position a processor has reached in this process")
                .tag("processor", name)
                .register(meters);
        Gauge.builder(
                        "onboarding.processor.healthy",
                        processor,
                        it -> it.status().isHealthy() ? 1 : 0)
                .description("1 while a processor runs without failing")
                .tag("processor", name)
                .register(meters);
    }
}
