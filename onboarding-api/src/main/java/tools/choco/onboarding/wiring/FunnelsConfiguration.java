package tools.choco.onboarding.wiring;

import java.nio.file.Path;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.choco.onboarding.funnel.FunnelDefinition;
import tools.choco.onboarding.funnel.config.FunnelFiles;

/** The funnels that are counted. */
@Configuration(proxyBeanMethods = false)
class FunnelsConfiguration {

    @Bean
    List<FunnelDefinition> funnels(@Value("${onboarding.funnels}") String directory) {
        return directory.isBlank()
                ? FunnelFiles.shipped()
                : FunnelFiles.shippedAnd(Path.of(directory));
    }
}
