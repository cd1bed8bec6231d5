package tools.choco.onboarding.watch;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One open stream: what waits for its reader, and the connection.
 *
 * <p>No thread belongs to a stream. Whoever has something for it, or finds that the connection
 * takes more, has it {@linkplain #flow() flow}; then one of the hub's writers sends what the
 * connection takes without blocking. All use of the connection is under this object's monitor, and
 * none is after the container has called the request completed.
 */
final class EventStream implements WriteListener, AsyncListener {

    /** Heartbeats that a reader may miss. */
    private static final int HEARTBEATS_MISSED_MAX = 3;

    /** The connection of a stream that has begun. */
    record Connection(AsyncContext async, ServletOutputStream out, Runnable cut) {}

    private final StreamHub hub;
    private final Watched watched;
    private final String userId;
    private final WatchSettings limits;
    private final long openedAt = System.nanoTime();

    /** Calls of {@link #flow()} that no writer has answered yet. */
    private final AtomicInteger due = new AtomicInteger();

    private @Nullable ArrayDeque<Frame> waiting;
    private @Nullable Connection connection;
    private long lastPosition;
    private long lastWriteAt = openedAt;
    private int waitingMax;
    private boolean unflushed;
    private boolean ending;
    private boolean closed;

    EventStream(StreamHub hub, Watched watched, String userId, WatchSettings limits) {
        this.hub = hub;
        this.watched = watched;
        this.userId = userId;
        this.limits = limits;
        this.waitingMax = limits.eventsQueuedMax();
    }

    Watched watched() {
        return watched;
    }

    String userId() {
        return userId;
    }

    /**
     * Takes on an event, unless the reader has too much to take already. Before the stream has
     * begun its events wait.
     */
    void offer(Frame frame) {
        synchronized (this) {
            if (closed || ending || frame.position() <= lastPosition) {
                return;
            }
            if (waiting != null && waiting.size() >= waitingMax) {
                tooSlow();
                return;
            }
            lastPosition = frame.position();
            add(frame);
        }
        flow();
    }

    /**
     * Begins to send.
     *
     * @param first what comes first
     * @param position up to which events are known by it; those that wait are dropped up to there
     * @param more whether there is more in the log, for which the client has to come again
     */
    synchronized void begin(List<Frame> first, long position, boolean more, Connection to) {
        ArrayDeque<Frame> all = new ArrayDeque<>(first);
        if (waiting != null && !more) {
            waiting.stream().filter(frame -> frame.position() > position).forEach(all::add);
        }
        waiting = all;
        // How much there is at first is no fault of the reader's.
        waitingMax += first.size();
        lastPosition = Math.max(lastPosition, position);
        ending |= more;
        lastWriteAt = System.nanoTime();
        connection = to;
        if (closed) {
            to.async().complete();
            return;
        }
        to.async().addListener(this);
        to.out().setWriteListener(this);
    }

    /** Sends what waits, and ends. */
    void end() {
        synchronized (this) {
            ending = true;
        }
        flow();
    }

    /** Ends at once, whatever waits. */
    synchronized void cut() {
        if (closed) {
            return;
        }
        close();
        if (connection != null) {
            connection.cut().run();
        }
    }

    /** Sends a heartbeat if one is due; ends what is too old, and cuts what takes nothing. */
    void tick(long now) {
        synchronized (this) {
            if (closed || connection == null) {
                return;
            }
            long silence = now - lastWriteAt;
            boolean stuck = ending || waiting != null || unflushed;
            if (stuck && silence > HEARTBEATS_MISSED_MAX * limits.heartbeat().toNanos()) {
                tooSlow();
                return;
            }
            if (now - openedAt > limits.lifetime().toNanos()) {
                ending = true;
            } else if (!stuck && silence >= limits.heartbeat().toNanos()) {
                add(EventFrames.HEARTBEAT);
            } else {
                return;
            }
        }
        flow();
    }

    /** Has a writer send what the connection takes. */
    private void flow() {
        if (due.getAndIncrement() == 0) {
            hub.write(this::drain);
        }
    }

    private void drain() {
        int answered = due.get();
        while (answered != 0) {
            send();
            // Whoever came meanwhile found a writer at work.
            answered = due.addAndGet(-answered);
        }
    }

    private synchronized void send() {
        if (closed || connection == null) {
            return;
        }
        ServletOutputStream out = connection.out();
        try {
            // Not ready: the container calls onWritePossible as soon as it is.
            while (out.isReady()) {
                Frame next = waiting == null ? null : waiting.poll();
                if (next != null) {
                    out.write(next.bytes());
                    lastWriteAt = System.nanoTime();
                    unflushed = true;
                } else if (unflushed) {
                    waiting = null;
                    out.flush();
                    unflushed = false;
                } else {
                    waiting = null;
                    if (ending) {
                        close();
                        connection.async().complete();
                    }
                    return;
                }
            }
        } catch (IOException | IllegalStateException gone) {
            cut();
        }
    }

    private void add(Frame frame) {
        if (waiting == null) {
            waiting = new ArrayDeque<>(2);
        }
        waiting.add(frame);
    }

    private void tooSlow() {
        if (connection == null) {
            // What did not fit in is in the log, for the client's next connection.
            ending = true;
            return;
        }
        hub.countCut();
        cut();
    }

    private void close() {
        closed = true;
        waiting = null;
        hub.forget(this);
    }

    @Override
    public void onWritePossible() {
        flow();
    }

    @Override
    public synchronized void onError(Throwable failure) {
        close();
    }

    @Override
    public synchronized void onError(AsyncEvent event) {
        close();
        event.getAsyncContext().complete();
    }

    @Override
    public synchronized void onComplete(AsyncEvent event) {
        close();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        // There is none.
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // Is not started again.
    }
}
