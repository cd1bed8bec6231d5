package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.answer.AnswerVault;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.launch.StartFailure;
import tools.choco.onboarding.provisioning.ProvisioningTasks;
import tools.choco.onboarding.provisioning.SiteOutcome;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.session.http.SessionSnapshots;
import tools.choco.onboarding.session.http.Sessions;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.http.SiteClaims;
import tools.choco.onboarding.site.http.SiteGateway;
import tools.choco.onboarding.site.http.SiteSnapshots;
import tools.choco.onboarding.sweep.IdleSweep;
import tools.choco.onboarding.timeline.Timelines;
import tools.choco.onboarding.watch.ConnectionCut;
import tools.choco.onboarding.watch.SitesOfSession;
import tools.choco.onboarding.watch.StreamHub;
import tools.choco.onboarding.watch.StreamTickets;
import tools.choco.onboarding.watch.Streams;
import tools.choco.onboarding.watch.WatchSettings;
import tools.jackson.databind.json.JsonMapper;

/** Streams to clients, and the reader of the log that feeds them. */
@Configuration(proxyBeanMethods = false)
class WatchConfiguration {

    @Bean
    StreamHub streamHub(
            EventStore eventStore,
            JsonMapper json,
            TextVault texts,
            WatchSettings settings,
            ScheduledExecutorService timers,
            MeterRegistry meters,
            @Value("${server.tomcat.max-connections}") int connectionsMax) {
        if (settings.streamsMax() >= connectionsMax) {
            throw new StartFailure(
                    StartFailure.Reason.CONFIGURATION,
                    "onboarding.watch.streams-max (%d) must be less than server.tomcat.max-connections (%d)."
                            .formatted(settings.streamsMax(), connectionsMax));
        }
        return new StreamHub(eventStore, json, texts, settings, timers, meters);
    }

    @Bean
    Streams streams(
            StreamHub hub,
            EventLog log,
            Sessions sessions,
            SiteGateway sites,
            SitesOfSession sitesOfSession,
            AnswerVault vault,
            TextVault texts) {
        return new Streams(
                hub,
                log.aggregates(),
                new SessionSnapshots(sessions, sites, vault),
                new SiteSnapshots(sites, texts),
                sitesOfSession);
    }

    @Bean
    SitesOfSession sitesOfSession(SiteClaims claims) {
        return session ->
                claims.bySession(new SessionId(session)).stream().map(SiteId::value).toList();
    }

    @Bean
    Timelines timelines(EventLog log, SitesOfSession sitesOfSession, JsonMapper json) {
        return new Timelines(
                log.aggregates(),
                sitesOfSession,
                Set.of(IdleSweep.ACTOR, SiteOutcome.NAME, ProvisioningTasks.ACTOR),
                json);
    }

    @Bean
    StreamTickets streamTickets(JdbcClient jdbc, Clock clock) {
        return new StreamTickets(jdbc, clock);
    }

    @Bean
    SmartLifecycle streamLifecycle(StreamHub hub) {
        return Phased.beforeRequestsEnd(hub::close);
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> connectionCut() {
        return factory -> factory.addContextValves(new ConnectionCut());
    }
}
