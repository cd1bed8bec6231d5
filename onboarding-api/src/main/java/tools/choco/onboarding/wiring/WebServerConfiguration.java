package tools.choco.onboarding.wiring;

import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import tools.choco.onboarding.edge.ServerProblems;
import tools.jackson.databind.json.JsonMapper;

/** The web server below Spring. */
@Configuration(proxyBeanMethods = false)
class WebServerConfiguration {

    /** After Boot's own, so that its page without details is behind ours. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> serverProblems(JsonMapper json) {
        return factory ->
                factory.addContextCustomizers(
                        context ->
                                context.getParent()
                                        .getPipeline()
                                        .addValve(new ServerProblems(json)));
    }
}
