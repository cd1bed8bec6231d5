package tools.choco.onboarding.funnel;

import java.util.Arrays;

/**
 * What is counted of the entries of a funnel. Stored by their place in this list, which therefore
 * only grows.
 */
enum Metric {
    /** Entries. */
    ENTRIES,
    /** Entries by outcome: the label. */
    OUTCOME,
    /** Entries that were offered a stage. */
    OFFERED,
    /** Entries that skipped a stage and never reached it. */
    SKIPPED,
    /** Entries that reached a stage, by the time it took from the start. */
    REACHED,
    /** Entries that were offered a stage, by the time at which they had passed the one before. */
    PREVIOUS_PASSED,
    /** Entries that have passed the stage before and reached this one, by when both were true. */
    BOTH,
    /** Dropped entries by the furthest stage they reached and the last thing done: the label. */
    LAST_DONE,
    /** Entries by the stage at which they met a refusal and its code: the label. */
    REFUSED,
    /** Of these, the ones that converted. */
    REFUSED_CONVERTED,
    /** Entries that were offered a stage and converted. */
    OFFERED_CONVERTED;

    private static final Metric[] ALL = values();

    private static final int[] WINDOWS =
            Arrays.stream(Window.values()).mapToInt(Window::lastBucket).toArray();

    static Metric at(int place) {
        return ALL[place];
    }

    /** Number of buckets that its counts are told apart by: one where no time is counted. */
    int buckets() {
        if (isByWindow()) {
            return WINDOWS.length;
        }
        return this == REACHED ? Buckets.COUNT : 1;
    }

    /** Which of its buckets, from 0, holds what belongs to one of {@link Buckets}. */
    int place(int bucket) {
        if (!isByWindow()) {
            return bucket;
        }
        int place = 0;
        while (place < WINDOWS.length - 1 && WINDOWS[place] < bucket) {
            place++;
        }
        return place;
    }

    /** The one of {@link Buckets} that stands for one of its own. */
    int bucket(int place) {
        return isByWindow() ? WINDOWS[place] : place;
    }

    /** Whether the buckets only have to tell windows apart, as nobody asks for quantiles. */
    private boolean isByWindow() {
        return this == PREVIOUS_PASSED || this == BOTH;
    }
}
