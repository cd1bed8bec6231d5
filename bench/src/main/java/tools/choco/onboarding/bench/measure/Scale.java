package tools.choco.onboarding.bench.measure;

import java.time.Duration;

/**
 * How long and how much is measured.
 *
 * @param rounds pairs of rounds that count
 * @param round length of a round, where time is what limits it
 * @param warmUp length of the rounds before, which do not count
 * @param smallLog events of a small log
 * @param largeLog events of a large one
 * @param eventsRead how many events a reading takes from the start of the large log
 * @param users users with a session each
 */
public record Scale(
        int rounds,
        Duration round,
        Duration warmUp,
        long smallLog,
        long largeLog,
        long eventsRead,
        int users) {

    /** What the figures of the documentation are taken with. */
    public static final Scale FULL =
            new Scale(
                    5,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(15),
                    100_000,
                    10_000_000,
                    2_000_000,
                    1_024);

    /** Shows within minutes whether something has changed by much. */
    public static final Scale QUICK =
            new Scale(
                    5,
                    Duration.ofMillis(600),
                    Duration.ofSeconds(3),
                    20_000,
                    200_000,
                    100_000,
                    256);

    /** Shows that every bench works; its figures say nothing. */
    public static final Scale TINY =
            new Scale(1, Duration.ofMillis(150), Duration.ofMillis(150), 1_000, 3_000, 2_000, 48);
}
