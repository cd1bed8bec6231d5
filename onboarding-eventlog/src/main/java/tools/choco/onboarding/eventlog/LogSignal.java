package tools.choco.onboarding.eventlog;

import java.time.Duration;

/**
 * Tells readers of the log that it may have grown, in this process or in another.
 *
 * <p>Who takes the count, reads the log and finds nothing, has nothing to look for until the count
 * is another. It changes at least once in every poll interval of the log's settings.
 */
public interface LogSignal {

    /** How often the log may have grown so far. */
    long count();

    /**
     * Waits until the count is another than {@code known}.
     *
     * @return whether it is; otherwise the time is over
     * @throws InterruptedException if the thread was interrupted
     */
    boolean awaitAfter(long known, Duration atMost) throws InterruptedException;
}
