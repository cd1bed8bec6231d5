package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.choco.onboarding.deadletter.DeadLetters;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.funnel.FunnelDefinition;
import tools.choco.onboarding.funnel.FunnelProjection;
import tools.choco.onboarding.funnel.FunnelQueries;
import tools.choco.onboarding.ops.Audit;
import tools.choco.onboarding.ops.replay.ReplayActs;
import tools.choco.onboarding.ops.replay.ReplayStreams;
import tools.choco.onboarding.projection.Coordinators;
import tools.choco.onboarding.projection.LogSource;
import tools.choco.onboarding.projection.Projection;
import tools.choco.onboarding.projection.ProjectionSettings;
import tools.choco.onboarding.projection.Projections;
import tools.choco.onboarding.projection.ReadModelKeeper;
import tools.choco.onboarding.projection.Replays;
import tools.choco.onboarding.refusal.RefusalsId;
import tools.choco.onboarding.replay.LogSourceOfReader;
import tools.choco.onboarding.replay.ReplaySettings;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.sessionview.SessionQueries;
import tools.choco.onboarding.sessionview.SessionViewProjection;
import tools.choco.onboarding.sessionview.TicketQueries;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.http.SiteClaims;
import tools.choco.onboarding.siteview.SiteQueries;
import tools.choco.onboarding.siteview.SiteViewProjection;
import tools.jackson.databind.json.JsonMapper;

/** The read models: what feeds them, and what reads them. */
@Configuration(proxyBeanMethods = false)
class ProjectionsConfiguration {

    private static final int THREADS = 2;

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService timers() {
        return Executors.newScheduledThreadPool(
                THREADS, Thread.ofPlatform().name("timer-", 0).daemon().factory());
    }

    @Bean(destroyMethod = "shutdownNow")
    Coordinators coordinators() {
        return new Coordinators(
                THREADS, Thread.ofPlatform().name("coordinator-", 0).daemon().factory());
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService projectionWorkers() {
        return Executors.newScheduledThreadPool(
                THREADS, Thread.ofPlatform().name("projection-", 0).daemon().factory());
    }

    @Bean
    List<Projection> readModels(List<FunnelDefinition> funnels) {
        return List.of(
                new SessionViewProjection(),
                new FunnelProjection(funnels),
                new SiteViewProjection());
    }

    @Bean
    LogSourceOfReader logSource(EventLog log, SiteClaims claims) {
        return new LogSourceOfReader(
                log.reader(),
                log.aggregates(),
                session ->
                        Stream.concat(
                                        Stream.of(RefusalsId.of(new SessionId(session)).value()),
                                        claims.bySession(new SessionId(session)).stream()
                                                .map(SiteId::value))
                                .collect(Collectors.toSet()));
    }

    @Bean
    Replays replays(DataSource database, LogSource logSource, List<Projection> readModels) {
        return new Replays(database, logSource, readModels);
    }

    @Bean
    ReplayActs replayActs(Replays replays, Audit audit) {
        return new ReplayActs(replays, audit);
    }

    @Bean
    ReplayStreams replayStreams(Replays replays, JsonMapper json) {
        return new ReplayStreams(replays, json);
    }

    @Bean
    SmartLifecycle replayStreamLifecycle(ReplayStreams streams) {
        return Phased.beforeRequestsEnd(streams::close);
    }

    @Bean
    ReadModelKeeper readModelKeeper(
            List<Projection> readModels,
            LogSource logSource,
            EventLog log,
            EventStore eventStore,
            Coordinators coordinators,
            ScheduledExecutorService projectionWorkers,
            DataSource database,
            ReplaySettings settings,
            ProcessorSettings processing,
            DeadLetters letters,
            MeterRegistry meters) {
        Projections processors =
                new Projections(
                        eventStore,
                        log.tokenStore(
                                ManagementFactory.getRuntimeMXBean().getName(),
                                processing.claimTimeout()),
                        log.transactions(),
                        log.transactions()::current,
                        coordinators,
                        projectionWorkers,
                        ProjectionSettings.DEFAULT.withClaimExtension(processing.claimExtension()));
        return new ReadModelKeeper(
                database,
                logSource,
                processors,
                readModels,
                settings.switchesAlone(),
                settings.eventsPerBatchMax(),
                new ProcessorMetrics(meters, letters));
    }

    @Bean
    SmartLifecycle projectionLifecycle(ReadModelKeeper keeper) {
        return new Phased(Phased.FOLLOWERS, keeper::start, keeper::stop);
    }

    @Bean
    SessionQueries sessionQueries(DataSource database) {
        return new SessionQueries(database);
    }

    @Bean
    TicketQueries ticketQueries(DataSource database) {
        return new TicketQueries(database);
    }

    @Bean
    FunnelQueries funnelQueries(DataSource database, List<FunnelDefinition> funnels) {
        return new FunnelQueries(database, funnels);
    }

    @Bean
    SiteQueries siteQueries(DataSource database) {
        return new SiteQueries(database);
    }
}
