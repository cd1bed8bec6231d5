package tools.choco.onboarding.provisioning;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.context.support.GenericApplicationContext;
import tools.choco.onboarding.OnboardingService;
import tools.choco.onboarding.launch.HomeBeforeLog;
import tools.choco.onboarding.testing.RecordingHost;

/**
 * The service as a process that halts where a test says: with a recording host, and with
 * checkpoints that stop whoever comes there. When every place of the list was reached, the process
 * is gone, without a word, as after {@code kill -9}.
 */
public final class HaltingService {

    /** Directory of the recording host. */
    public static final String HOST = "TEST_HOST";

    /** File with the places to stop at, {@code place siteId} a line; none while it is empty. */
    public static final String HALTS = "TEST_HALTS";

    private static final int HALTED = 137;

    private HaltingService() {}

    /** Starts it. */
    public static void main(String[] arguments) {
        System.setProperty("axoniq.update-checker.disabled", "true");
        Path hosted = Path.of(Objects.requireNonNull(System.getenv(HOST)));
        Path halts = Path.of(Objects.requireNonNull(System.getenv(HALTS)));
        SpringApplication application = new SpringApplication(OnboardingService.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.addListeners(new HomeBeforeLog());
        application.addInitializers(
                fresh -> {
                    GenericApplicationContext context = (GenericApplicationContext) fresh;
                    new RecordingHost(hosted).replaceHosting(context);
                    context.registerBean(
                            "testCheckpoints",
                            Checkpoints.class,
                            () -> (place, siteId) -> reached(halts, place + " " + siteId),
                            it -> it.setPrimary(true));
                });
        application.run(arguments);
    }

    private static void reached(Path halts, String place) {
        if (isLast(halts, place)) {
            Runtime.getRuntime().halt(HALTED);
        }
    }

    /** Stops for good at a place of the list; returns at the last of them, and elsewhere. */
    private static boolean isLast(Path halts, String place) {
        synchronized (HaltingService.class) {
            try {
                List<String> wanted = Files.readAllLines(halts);
                if (!wanted.contains(place)) {
                    return false;
                }
                Path file = halts.resolveSibling("halted");
                Files.writeString(
                        file, place + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                if (Files.readAllLines(file).containsAll(wanted)) {
                    return true;
                }
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
        while (true) {
            LockSupport.park();
        }
    }
}
