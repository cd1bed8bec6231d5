package tools.choco.onboarding.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class BackoffTest {

    @Property
    void staysBetweenTheHalfAndTheWholeOfWhatItHasGrownTo(
            @ForAll @IntRange(min = 1, max = 100_000) int initial,
            @ForAll @DoubleRange(min = 1, max = 10) double factor,
            @ForAll @IntRange(min = 0, max = 10_000_000) int more,
            @ForAll @IntRange(min = 1, max = 1_000) int failures,
            @ForAll long seed) {
        Duration max = Duration.ofMillis(initial + more);
        Backoff backoff = new Backoff(Duration.ofMillis(initial), factor, max);

        Duration pause = backoff.after(failures, new Random(seed));

        double grown = Math.min(initial * Math.pow(factor, failures - 1), max.toMillis());
        assertThat(pause).isPositive().isLessThanOrEqualTo(max);
        assertThat((double) pause.toMillis())
                .isLessThanOrEqualTo(Math.max(1, grown))
                .isGreaterThanOrEqualTo(Math.floor(grown / 2) - 1);
    }

    @Property
    void neverShrinksByMoreThanItsJitter(
            @ForAll @IntRange(min = 1, max = 60) int failures, @ForAll long seed) {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(2));
        Duration earlier = backoff.after(failures, new Random(seed));
        Duration later = backoff.after(failures + 1, new Random(~seed));

        assertThat(later.multipliedBy(2)).isGreaterThanOrEqualTo(earlier);
    }
}
