package tools.choco.onboarding.bench.measure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Threads that do the same over and over. */
public final class Repeating {

    /** What one of the threads does. */
    @FunctionalInterface
    public interface Work {
        /**
         * @param thread number of the thread, from 0
         */
        void once(int thread) throws Exception;
    }

    private static final long LONGEST_NANOS = Duration.ofMinutes(1).toNanos();

    private Repeating() {}

    /** As fast as it goes: how often a second all threads together did it. */
    public static double perSecond(int threads, Duration length, Work work) throws Exception {
        var done = new LongAdder();
        long begin = System.nanoTime();
        long end = begin + length.toNanos();
        together(
                threads,
                thread -> {
                    while (System.nanoTime() < end) {
                        work.once(thread);
                        done.increment();
                    }
                });
        // With what was under way at the end, and the time that took.
        return done.sum() / ((System.nanoTime() - begin) / 1e9);
    }

    /**
     * At a given rate, whether or not the earlier ones are done: each is due at a moment set
     * beforehand, and what it takes counts from then on, also if every thread was busy at the time.
     *
     * @return nanoseconds that each took
     */
    public static Histogram atRate(int threads, double perSecond, Duration length, Work work)
            throws Exception {
        var taken = new ConcurrentHistogram(LONGEST_NANOS, 3);
        long begin = System.nanoTime() + Duration.ofMillis(20).toNanos();
        double interval = 1e9 / perSecond;
        long count = (long) (length.toNanos() / interval);
        together(
                threads,
                thread -> {
                    for (long i = thread; i < count; i += threads) {
                        long due = begin + (long) (i * interval);
                        for (long left = due - System.nanoTime();
                                left > 0;
                                left = due - System.nanoTime()) {
                            LockSupport.parkNanos(left);
                        }
                        work.once(thread);
                        taken.recordValue(Math.min(System.nanoTime() - due, LONGEST_NANOS));
                    }
                });
        return taken;
    }

    /** Runs the same once in each thread; the first failure of any is thrown. */
    public static void together(int threads, Work work) throws Exception {
        try (ExecutorService executor =
                Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().name("bench-", 0).daemon().factory())) {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                ends.add(
                        executor.submit(
                                () -> {
                                    work.once(thread);
                                    return null;
                                }));
            }
            for (var end : ends) {
                end.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }
}
