package tools.choco.onboarding.wiring;

import java.nio.file.Path;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.choco.onboarding.flow.config.ConfiguredFlowCatalog;
import tools.choco.onboarding.flow.config.FlowFiles;
import tools.choco.onboarding.flow.config.PostgresFlowRegistry;

/** The flows that are offered. */
@Configuration(proxyBeanMethods = false)
class FlowsConfiguration {

    private static final String DEFAULT_FLOW = "default";

    @Bean
    ConfiguredFlowCatalog flowCatalog(
            @Value("${onboarding.flows}") String directory, DataSource database, Clock clock) {
        return new ConfiguredFlowCatalog(
                directory.isBlank()
                        ? FlowFiles.shipped()
                        : FlowFiles.shippedAnd(Path.of(directory)),
                DEFAULT_FLOW,
                new PostgresFlowRegistry(database, clock));
    }
}
