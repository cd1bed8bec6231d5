package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.ingest.Ingest;
import tools.choco.onboarding.ingest.IngestClaims;
import tools.choco.onboarding.ingest.IngestKeys;
import tools.choco.onboarding.ingest.IngestSettings;
import tools.choco.onboarding.ingest.InvalidIngestKeys;
import tools.choco.onboarding.launch.StartFailure;

/** Events of other systems: whose, and where they go. */
@Configuration(proxyBeanMethods = false)
class IngestConfiguration {

    @Bean
    IngestKeys ingestKeys(IngestSettings settings) {
        try {
            return IngestKeys.of(settings.keys());
        } catch (InvalidIngestKeys invalid) {
            throw new StartFailure(
                    StartFailure.Reason.CONFIGURATION,
                    "ONBOARDING_INGEST_KEYS: " + invalid.getMessage() + ".");
        }
    }

    @Bean
    IngestClaims ingestClaims(JdbcClient jdbc) {
        return new IngestClaims(jdbc);
    }

    @Bean
    Ingest ingest(EventLog log, EventStore events, IngestClaims claims, MeterRegistry meters) {
        return new Ingest(log.aggregates(), events, claims, meters);
    }
}
