package tools.choco.onboarding.keys;

import java.time.Duration;

/**
 * How long data keys live where.
 *
 * @param sealingPeriod a data key older than this seals nothing new; what it sealed still opens
 * @param cacheExpiry how long an unwrapped data key stays in memory, and so how long after a user's
 *     keys were destroyed by another instance this one may still open what they sealed
 * @param cachedKeysMax unwrapped data keys in memory at once
 */
public record KeySettings(Duration sealingPeriod, Duration cacheExpiry, int cachedKeysMax) {

    public KeySettings {
        if (!sealingPeriod.isPositive() || cacheExpiry.isNegative() || cachedKeysMax < 1) {
            throw new IllegalArgumentException(
                    "The sealing period and the cache's size must be positive, its expiry not negative");
        }
    }

    /** 90 days, 1 minute, 10,000 keys. */
    public static KeySettings defaults() {
        return new KeySettings(Duration.ofDays(90), Duration.ofMinutes(1), 10_000);
    }
}
