package tools.choco.onboarding.launch;

import java.nio.file.Path;
import java.util.Map;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Makes the home directory before the log, which would make it readable for everyone, or fail on it
 * with a stack trace.
 */
public final class HomeBeforeLog
        implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

    @Override
    public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        ConfigurableEnvironment settings = event.getEnvironment();
        try {
            Home.make(Path.of(settings.getRequiredProperty("onboarding.home")));
        } catch (StartFailure saidLater) {
            // By whoever opens the directory; until then there is no place for a log.
            settings.getPropertySources()
                    .addFirst(new MapPropertySource("noLog", Map.of("logging.file.name", "")));
        }
    }

    @Override
    public int getOrder() {
        // After the settings are read.
        return LoggingApplicationListener.DEFAULT_ORDER - 1;
    }
}
