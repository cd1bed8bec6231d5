package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.relay.EventRelay;
import tools.choco.onboarding.relay.RelaySettings;

/** The stream out. */
@Configuration(proxyBeanMethods = false)
class RelayConfiguration {

    @Bean(destroyMethod = "close")
    EventRelay eventRelay(
            RelaySettings settings,
            DataSource dataSource,
            EventLog log,
            Clock clock,
            MeterRegistry meters) {
        return new EventRelay(settings, dataSource, log.reader(), log.growth(), clock, meters);
    }

    @Bean
    SmartLifecycle relayLifecycle(EventRelay relay) {
        return new Phased(Phased.FOLLOWERS, relay::start, relay::close);
    }
}
