package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import javax.sql.DataSource;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.eventlog.EventLogSettings;
import tools.choco.onboarding.eventlog.PostgresEventLog;
import tools.choco.onboarding.launch.StartFailure;

/** The log in PostgreSQL; each instance handles the commands that come to it. */
@Configuration(proxyBeanMethods = false)
@Profile("!axonserver")
class PostgresLogConfiguration {

    @Bean
    EventLog eventLog(DataSource dataSource, JdbcClient jdbc, MeterRegistry meters) {
        if (LogPlace.isInAxonServer(jdbc)) {
            throw new StartFailure(
                    StartFailure.Reason.CONFIGURATION,
                    "The event log of this database is kept by Axon Server; start with profile"
                            + " axonserver.");
        }
        LogMetrics metrics = new LogMetrics(meters);
        return metrics.watching(
                new PostgresEventLog(dataSource, EventLogSettings.DEFAULT, metrics));
    }

    @Bean
    CommandDistribution commandDistribution() {
        return local -> local;
    }

    @Bean
    SmartLifecycle axonLifecycle(org.axonframework.config.Configuration axon) {
        return new Phased(Phased.AXON, axon::start, axon::shutdown);
    }
}
