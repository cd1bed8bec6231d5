package tools.choco.onboarding.projection;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Threads that read the log for pooled processors, without the pause that Axon's coordinator makes.
 *
 * <p>On finding the queue of a segment full, which is at 1,024 events, the coordinator comes back
 * after 100 ms, however soon the queue is empty again; so a processor whose events are read faster
 * than it applies them idles most of the time, at some 10,000 events a second. Here it comes back
 * after 1 ms. Nothing else that it schedules is that short.
 */
public final class Coordinators extends ScheduledThreadPoolExecutor {

    private static final long PAUSE_OF_AXON_MILLIS = 100;
    private static final long PAUSE_MILLIS = 1;

    public Coordinators(int threads, ThreadFactory factory) {
        super(threads, factory);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return unit.toMillis(delay) == PAUSE_OF_AXON_MILLIS
                ? super.schedule(command, PAUSE_MILLIS, TimeUnit.MILLISECONDS)
                : super.schedule(command, delay, unit);
    }
}
