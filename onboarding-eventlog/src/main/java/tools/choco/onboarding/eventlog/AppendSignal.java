package tools.choco.onboarding.eventlog;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the streams of this process that the log may have grown.
 *
 * <p>Each call of {@link #raise()} makes a new count. Who takes the count, reads the log and finds
 * nothing, has nothing to look for until the count changes.
 */
final class AppendSignal implements LogSignal, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AppendSignal.class);

    /**
     * Between two calls of the sleepers. Under load a commit comes each millisecond or two, and a
     * reader that looks after each of them reads a row at a time and commits as often: 2 cores
     * answered 2,400 requests a second with 5 ms, and 2,800 with 25.
     */
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition raised = lock.newCondition();
    private final Map<Runnable, Long> sleepers = new ConcurrentHashMap<>();
    private final AtomicLong count = new AtomicLong();
    private volatile boolean closed;

    /** Calls the sleepers, so that none of them can hold up who raises. */
    private final Thread caller =
            Thread.ofVirtual().name("event-log-caller").unstarted(this::callSleepers);

    void start() {
        caller.start();
    }

    @Override
    public long count() {
        return count.get();
    }

    void raise() {
        lock.lock();
        try {
            count.incrementAndGet();
            raised.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean awaitAfter(long known, Duration atMost) throws InterruptedException {
        return awaitAfter(known, atMost.toNanos());
    }

    /** As {@link #awaitAfter(long, Duration)}. */
    boolean awaitAfter(long known, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (count.get() == known && left > 0) {
                left = raised.awaitNanos(left);
            }
            return count.get() != known;
        } finally {
            lock.unlock();
        }
    }

    /** Has {@code sleeper} called once, after the count has become another than {@code known}. */
    void wakeAfter(long known, Runnable sleeper) {
        lock.lock();
        try {
            sleepers.put(sleeper, known);
            raised.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void forget(Runnable sleeper) {
        sleepers.remove(sleeper);
    }

    @Override
    public void close() {
        closed = true;
        raise();
    }

    private void callSleepers() {
        while (!closed) {
            try {
                awaitDue();
                sleepers.keySet().stream().filter(this::isDue).forEach(this::call);
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void awaitDue() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && sleepers.keySet().stream().noneMatch(this::isDue)) {
                raised.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isDue(Runnable sleeper) {
        Long known = sleepers.get(sleeper);
        return known != null && known != count.get();
    }

    private void call(Runnable sleeper) {
        if (sleepers.remove(sleeper) != null) {
            try {
                sleeper.run();
            } catch (RuntimeException e) {
                // As a processor's that is just being shut down.
                LOG.debug("A stream's reader could not be woken", e);
            }
        }
    }
}
