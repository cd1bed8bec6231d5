package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import javax.sql.DataSource;
import org.axonframework.axonserver.connector.AxonServerConfiguration;
import org.axonframework.axonserver.connector.AxonServerConnectionManager;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.distribution.DistributedCommandBus;
import tools.choco.onboarding.eventlog.AxonServerEventLog;
import tools.choco.onboarding.eventlog.AxonServerLogSettings;
import tools.choco.onboarding.launch.StartFailure;

/** The log on Axon Server, and commands through it; all else stays in PostgreSQL. */
@Configuration(proxyBeanMethods = false)
@Profile("axonserver")
class AxonServerLogConfiguration {

    @Bean
    AxonServerConfiguration axonServerConnector(AxonServerSettings settings) {
        String servers = settings.servers();
        if (servers == null) {
            throw new StartFailure(
                    StartFailure.Reason.CONFIGURATION,
                    "Profile axonserver needs ONBOARDING_AXON_SERVER, as host:port.");
        }
        return settings.forConnector(servers);
    }

    @Bean(destroyMethod = "shutdown")
    AxonServerConnectionManager axonServerConnections(AxonServerConfiguration axonServerConnector) {
        return AxonServerConnectionManager.builder()
                .axonServerConfiguration(axonServerConnector)
                .build();
    }

    @Bean
    AxonServerEventLog eventLog(
            DataSource dataSource,
            JdbcClient jdbc,
            AxonServerConfiguration axonServerConnector,
            AxonServerConnectionManager connections,
            AxonServerSettings settings,
            MeterRegistry meters) {
        if (LogPlace.isInPostgres(jdbc)) {
            throw new StartFailure(
                    StartFailure.Reason.CONFIGURATION,
                    "This database keeps an event log of its own, which Axon Server does not have;"
                            + " start without profile axonserver, or on another database.");
        }
        AxonServerLogSettings usual = AxonServerLogSettings.DEFAULT;
        AxonServerEventLog log =
                new AxonServerEventLog(
                        dataSource,
                        connections,
                        axonServerConnector.getServers(),
                        new AxonServerLogSettings(
                                settings.answerTimeout(),
                                usual.pollInterval(),
                                usual.reminderInterval(),
                                usual.eventsPerRead()));
        LogMetrics.watchPosition(log, meters);
        return log;
    }

    @Bean
    CommandDistribution commandDistribution(
            AxonServerConnectionManager connections,
            AxonServerConfiguration axonServerConnector,
            AxonServerEventLog log) {
        CommandTargets targets = new CommandTargets();
        return local ->
                new DistributedCommandBus(
                        connections,
                        axonServerConnector,
                        local,
                        command -> targets.resolveTarget(command).getIdentifier(),
                        log::unavailability);
    }

    @Bean
    SmartLifecycle axonLifecycle(
            org.axonframework.config.Configuration axon, AxonServerEventLog log) {
        PatientStart start =
                new PatientStart(() -> log.unavailability().isEmpty(), axon::start, axon::shutdown);
        return new Phased(Phased.AXON, start::begin, start::end);
    }
}
