package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.choco.onboarding.answer.AnswerForms;
import tools.choco.onboarding.answer.form.JsonAnswerForms;
import tools.choco.onboarding.edge.DimensionFilterMaps;
import tools.choco.onboarding.edge.EdgeCalls;
import tools.choco.onboarding.edge.KnownParameters;
import tools.choco.onboarding.edge.RequestHash;
import tools.choco.onboarding.refusal.recording.RefusalRecorder;
import tools.choco.onboarding.session.http.SessionClaims;
import tools.choco.onboarding.session.http.Sessions;
import tools.jackson.databind.json.JsonMapper;

/** Sessions: their claims, the way commands get to them, and what the edge reads from a request. */
@Configuration(proxyBeanMethods = false)
class SessionsConfiguration {

    @Bean
    Sessions sessions(CommandGateway commands, JdbcClient jdbc) {
        return new Sessions(commands, new SessionClaims(jdbc));
    }

    @Bean
    RefusalRecorder refusalRecorder(CommandGateway commands, MeterRegistry meters) {
        return new RefusalRecorder(commands, meters);
    }

    @Bean
    AnswerForms answerForms() {
        return new JsonAnswerForms();
    }

    @Bean
    RequestHash requestHash(JsonMapper json) {
        return new RequestHash(json);
    }

    @Bean
    WebMvcConfigurer edge() {
        return new WebMvcConfigurer() {
            @Override
            public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                resolvers.add(new EdgeCalls());
                resolvers.add(new DimensionFilterMaps());
            }

            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                registry.addInterceptor(new KnownParameters());
            }
        };
    }
}
