package tools.choco.onboarding.projection;

import java.time.Duration;

/**
 * Limits of the processors that feed projections.
 *
 * @param eventsPerBatchMax events applied in one transaction, 1 to 1,000
 * @param segments threads that may work on one projection side by side, from 1; counts only when
 *     its tokens are first made
 * @param claimInterval pause before a segment that nobody works on is claimed; a failed one pauses
 *     a second more at first, then ever longer, up to a minute
 * @param claimExtension pause before a claim is renewed; well below the token store's time after
 *     which it is anyone's
 */
public record ProjectionSettings(
        int eventsPerBatchMax, int segments, Duration claimInterval, Duration claimExtension) {

    /** One segment, full batches: what one machine needs. */
    public static final ProjectionSettings DEFAULT =
            new ProjectionSettings(1_000, 1, Duration.ofSeconds(1), Duration.ofSeconds(5));

    public ProjectionSettings {
        if (eventsPerBatchMax < 1 || eventsPerBatchMax > 1_000) {
            throw new IllegalArgumentException("eventsPerBatchMax is 1 to 1,000");
        }
        if (segments < 1) {
            throw new IllegalArgumentException("segments is at least 1");
        }
        if (claimInterval.toMillis() < 1 || claimExtension.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "claimInterval and claimExtension are at least a millisecond");
        }
    }

    /** The same with another pause before a claim is renewed. */
    public ProjectionSettings withClaimExtension(Duration pause) {
        return new ProjectionSettings(eventsPerBatchMax, segments, claimInterval, pause);
    }
}
