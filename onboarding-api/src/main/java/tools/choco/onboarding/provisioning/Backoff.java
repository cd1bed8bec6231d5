package tools.choco.onboarding.provisioning;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses that grow exponentially, with jitter, so that what failed together does not come back
 * together.
 *
 * @param initial longest pause after the first failure
 * @param factor by how much the pause grows, from 1
 * @param max longest pause of all
 */
public record Backoff(Duration initial, double factor, Duration max) {

    /**
     * The pause after so many failures: between the half and the whole of what it has grown to.
     *
     * @param failures from 1
     */
    public Duration after(int failures, RandomGenerator random) {
        // Infinite for large numbers, which the bound takes care of.
        double grown = initial.toMillis() * Math.pow(factor, failures - 1);
        long whole = (long) Math.min(grown, max.toMillis());
        return Duration.ofMillis(Math.max(1, whole / 2 + random.nextLong(whole / 2 + 1)));
    }
}
