package tools.choco.onboarding.funnel;

import java.util.Arrays;

/**
 * The buckets into which times are counted: fixed, so that counts of any days can be added and
 * taken back.
 *
 * <p>Times are whole milliseconds, rounded up. Bucket 0 holds 0 and below, buckets 1 to 20 one
 * millisecond each, and from there on a bucket is at most 5 % wide: its upper bound, which it
 * includes, is at most 1.05 times the bound below it. Every {@link Window} ends a bucket. The last
 * one begins after 400 days and is open.
 */
final class Buckets {

    static final long END_MILLIS = 400L * 24 * 60 * 60 * 1_000;
    private static final int ONE_MILLISECOND_EACH = 20;

    /** Upper bounds of all but the last bucket. */
    private static final long[] UPPER_MILLIS = bounds();

    /** Number of buckets. */
    static final int COUNT = UPPER_MILLIS.length + 1;

    private Buckets() {}

    /**
     * The bucket of a time.
     *
     * @param micros microseconds; below 0 counts as 0
     */
    static int of(long micros) {
        long millis = Math.ceilDiv(Math.max(micros, 0), 1_000L);
        if (millis <= ONE_MILLISECOND_EACH) {
            return (int) millis;
        }
        int found = Arrays.binarySearch(UPPER_MILLIS, millis);
        return found >= 0 ? found : -found - 1;
    }

    /**
     * The longest time of a bucket, in milliseconds; {@link Long#MAX_VALUE} of the last one, which
     * is open.
     */
    static long upperMillis(int bucket) {
        return bucket == UPPER_MILLIS.length ? Long.MAX_VALUE : UPPER_MILLIS[bucket];
    }

    private static long[] bounds() {
        long[] bounds = new long[1_000];
        int count = 0;
        for (; count <= ONE_MILLISECOND_EACH; count++) {
            bounds[count] = count;
        }
        for (Window window : Window.values()) {
            long until = window == Window.UNLIMITED ? END_MILLIS : window.micros() / 1_000;
            while (bounds[count - 1] < until) {
                long below = bounds[count - 1];
                bounds[count++] = Math.min(below + below / 20, until);
            }
        }
        return Arrays.copyOf(bounds, count);
    }
}
