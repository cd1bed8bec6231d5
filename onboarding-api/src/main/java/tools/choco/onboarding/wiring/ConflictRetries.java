package tools.choco.onboarding.wiring;

import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.commandhandling.gateway.RetryScheduler;
import org.axonframework.modelling.command.ConcurrencyException;

/**
 * Sends a command again when another instance wrote to the same aggregate first, and for no other
 * reason: nothing was stored, and the next attempt sees what the other one wrote.
 *
 * <p>As a rule the cached aggregate was behind, and nobody is in the way any more: the second
 * attempt follows at once, on the caller's thread. Only the later ones pause before.
 */
final class ConflictRetries implements RetryScheduler {

    private static final int ATTEMPTS_MAX = 8;
    private static final long PAUSE_MILLIS_MIN = 5;

    private final ScheduledExecutorService timers;

    ConflictRetries(ScheduledExecutorService timers) {
        this.timers = timers;
    }

    @Override
    @SuppressWarnings("rawtypes") // as the interface has it
    public boolean scheduleRetry(
            CommandMessage command,
            RuntimeException lastFailure,
            List<Class<? extends Throwable>[]> failures,
            Runnable dispatch) {
        if (!(lastFailure instanceof ConcurrencyException) || failures.size() >= ATTEMPTS_MAX) {
            return false;
        }
        if (failures.size() == 1) {
            dispatch.run();
            return true;
        }
        long pauseMax = PAUSE_MILLIS_MIN << (failures.size() - 1);
        long pause = ThreadLocalRandom.current().nextLong(PAUSE_MILLIS_MIN, pauseMax + 1);
        try {
            // A command may wait for its turn and for the disk: the timers' threads may not.
            ScheduledFuture<?> _ =
                    timers.schedule(
                            () -> Thread.ofVirtual().name("command-retry").start(dispatch),
                            pause,
                            TimeUnit.MILLISECONDS);
            return true;
        } catch (RejectedExecutionException shuttingDown) {
            return false;
        }
    }
}
