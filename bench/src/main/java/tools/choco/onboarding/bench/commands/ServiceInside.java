package tools.choco.onboarding.bench.commands;

import java.nio.file.Path;
import java.util.List;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import tools.choco.onboarding.OnboardingService;
import tools.choco.onboarding.bench.database.Database;

/**
 * The service in this process, with its own wiring, for what is measured below HTTP. Its read
 * models and its saga rest: what is measured is the way of a command, on all the cores.
 */
final class ServiceInside implements AutoCloseable {

    /** What follows the log, and what talks to whoever started the service. */
    private static final List<String> RESTING =
            List.of(
                    "projectionLifecycle",
                    "provisioningLifecycle",
                    "webhookProcessorLifecycle",
                    "stuckWatch",
                    "readyNotice");

    private final ConfigurableApplicationContext context;

    private ServiceInside(ConfigurableApplicationContext context) {
        this.context = context;
    }

    static ServiceInside on(Database database, Path home) {
        System.setProperty("axoniq.update-checker.disabled", "true");
        System.setProperty("disable-axoniq-console-message", "true");
        var application = new SpringApplication(OnboardingService.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setRegisterShutdownHook(false);
        application.addInitializers(
                context ->
                        context.addBeanFactoryPostProcessor(
                                factory ->
                                        RESTING.forEach(
                                                ((BeanDefinitionRegistry) factory)
                                                        ::removeBeanDefinition)));
        return new ServiceInside(
                application.run(
                        "--spring.profiles.active=local",
                        "--server.port=0",
                        "--onboarding.sites.port=0",
                        "--onboarding.home=" + home,
                        "--onboarding.database.url=" + database.url(),
                        "--onboarding.sweep.enabled=false",
                        "--logging.level.root=error"));
    }

    <T> T part(Class<T> type) {
        return context.getBean(type);
    }

    @Override
    public void close() {
        context.close();
    }
}
