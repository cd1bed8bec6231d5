package tools.choco.onboarding;

import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.ComponentScan;
import tools.choco.onboarding.launch.HomeBeforeLog;
import tools.choco.onboarding.launch.StartFailure;
import tools.choco.onboarding.launch.StartFailures;

/** The onboarding service as a process. */
@SpringBootConfiguration
@EnableAutoConfiguration
@ComponentScan
@ConfigurationPropertiesScan
public class OnboardingService {

    /** Starts the service; a start that fails ends with one line and an exit code of its own. */
    public static void main(String[] arguments) {
        // The service phones nobody.
        System.setProperty("axoniq.update-checker.disabled", "true");
        // Nor does a library print advertising into the log.
        System.setProperty("axon.axonserver.suppressDownloadMessage", "true");
        try {
            SpringApplication application = new SpringApplication(OnboardingService.class);
            application.setBannerMode(Banner.Mode.OFF);
            application.addListeners(new HomeBeforeLog());
            application.run(arguments);
        } catch (Throwable failure) {
            StartFailure known = StartFailures.of(failure);
            System.err.println("onboarding: " + known.getMessage());
            System.exit(known.reason().exitCode());
        }
    }
}
