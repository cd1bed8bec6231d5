package tools.choco.onboarding.wiring;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts what needs a server as soon as that is there, which may be long after the process has
 * begun to answer; and stops it only if it was started.
 */
final class PatientStart {

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final BooleanSupplier serverThere;
    private final Runnable start;
    private final Runnable stop;
    private @Nullable Thread starter;
    private volatile boolean started;

    PatientStart(BooleanSupplier serverThere, Runnable start, Runnable stop) {
        this.serverThere = serverThere;
        this.start = start;
        this.stop = stop;
    }

    synchronized void begin() {
        starter = Thread.ofVirtual().name("axon-start").start(this::startWhenThere);
    }

    private void startWhenThere() {
        try {
            while (!serverThere.getAsBoolean()) {
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException ending) {
            return;
        }
        started = true;
        start.run();
    }

    synchronized void end() {
        Thread waiting = starter;
        starter = null;
        if (waiting != null) {
            waiting.interrupt();
            try {
                waiting.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (started) {
            started = false;
            stop.run();
        }
    }
}
