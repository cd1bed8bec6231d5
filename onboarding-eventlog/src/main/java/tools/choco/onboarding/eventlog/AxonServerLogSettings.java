package tools.choco.onboarding.eventlog;

import java.time.Duration;

/**
 * The limits of a log that Axon Server keeps.
 *
 * @param answerTimeout how long an append, or a question about the log, may take
 * @param pollInterval how long what others append may go unnoticed by those who wait for a signal
 * @param reminderInterval how often an Axon Server that is away is logged
 * @param eventsPerRead events in flight to one reader
 */
public record AxonServerLogSettings(
        Duration answerTimeout,
        Duration pollInterval,
        Duration reminderInterval,
        int eventsPerRead) {

    public static final AxonServerLogSettings DEFAULT =
            new AxonServerLogSettings(
                    Duration.ofSeconds(10), Duration.ofMillis(250), Duration.ofMinutes(1), 1_000);

    /**
     * @throws IllegalArgumentException if a limit is not positive
     */
    public AxonServerLogSettings {
        if (!answerTimeout.isPositive()
                || !pollInterval.isPositive()
                || !reminderInterval.isPositive()
                || eventsPerRead < 1) {
            throw new IllegalArgumentException("Every limit of the event log is positive");
        }
    }
}
