package tools.choco.onboarding.hosting.local;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.choco.onboarding.hosting.render.BrokenSource;
import tools.choco.onboarding.provisioning.HostingFailure;

/**
 * Runs builds, a few at once and each for a limited time. What a user has written may keep the
 * parser busy for long; then the caller goes on, and the build keeps its place until it ends.
 */
final class Builds {

    // Nested text is read by recursion, and bounded by the parser.
    private static final long STACK_BYTES = 4L * 1024 * 1024;

    private final Semaphore places;
    private final Duration timeMax;

    Builds(int atOnceMax, Duration timeMax) {
        this.places = new Semaphore(atOnceMax);
        this.timeMax = timeMax;
    }

    /**
     * Builds.
     *
     * @throws BrokenSource also if it takes too long, or too much memory
     * @throws HostingFailure if no place is free for as long as a build may take
     */
    <T> T run(Callable<T> build) throws IOException {
        try {
            if (!places.tryAcquire(timeMax.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new HostingFailure(
                        HostingFailure.Kind.PASSING, "Too many sites are being built.", null);
            }
        } catch (InterruptedException interrupted) {
            throw ended();
        }
        FutureTask<T> task = new FutureTask<>(build);
        Thread thread =
                new Thread(
                        null,
                        () -> {
                            try {
                                task.run();
                            } finally {
                                places.release();
                            }
                        },
                        "site-build",
                        STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(timeMax.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException tooLong) {
            task.cancel(true);
            throw new BrokenSource(
                    "The build took longer than %d seconds".formatted(timeMax.toSeconds()));
        } catch (InterruptedException interrupted) {
            task.cancel(true);
            throw ended();
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case IOException it -> throw it;
                case StackOverflowError it -> throw new BrokenSource("A page is nested too deeply");
                case RuntimeException it -> throw it;
                case null, default -> throw new IllegalStateException(failed.getCause());
            }
        }
    }

    private static HostingFailure ended() {
        Thread.currentThread().interrupt();
        return new HostingFailure(
                HostingFailure.Kind.PASSING,
                "The service is ending; the build was not made.",
                null);
    }
}
