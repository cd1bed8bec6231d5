package tools.choco.onboarding.eventlog;

import java.time.Duration;

/**
 * The limits of an event log.
 *
 * @param appendsPendingMax appends that may wait or be under way; one more is {@link LogOverloaded}
 * @param rowsPerBatchMax events in one insert; an append with more makes a batch of its own
 * @param bytesPerBatchMax bytes of payload and metadata in one insert; as above
 * @param appendTimeout how long an append may take, waiting included; longer than the 5 s after
 *     which the server ends a writer that hangs
 * @param pollInterval how long a stream may go without looking for events of other processes whose
 *     notification was lost
 */
public record EventLogSettings(
        int appendsPendingMax,
        int rowsPerBatchMax,
        int bytesPerBatchMax,
        Duration appendTimeout,
        Duration pollInterval) {

    public static final EventLogSettings DEFAULT =
            new EventLogSettings(
                    4_096, 1_024, 4 * 1_024 * 1_024, Duration.ofSeconds(10), Duration.ofSeconds(1));

    /**
     * @throws IllegalArgumentException if a limit is not positive
     */
    public EventLogSettings {
        if (appendsPendingMax < 1
                || rowsPerBatchMax < 1
                || bytesPerBatchMax < 1
                || !appendTimeout.isPositive()
                || !pollInterval.isPositive()) {
            throw new IllegalArgumentException("Every limit of the event log is positive");
        }
    }
}
