package tools.choco.onboarding.launch;

import java.nio.file.Path;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;

/**
 * Makes the home directory before the log, which would make it readable for everyone, or fail on it
 * with a stack trace.
 */
public final class HomeBeforeLog
        implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

    @Override
    public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        Home.make(Path.of(event.getEnvironment().getRequiredProperty("onboarding.home")));
    }

    @Override
    public int getOrder() {
        // After the settings are read.
        return LoggingApplicationListener.DEFAULT_ORDER - 1;
    }
}
