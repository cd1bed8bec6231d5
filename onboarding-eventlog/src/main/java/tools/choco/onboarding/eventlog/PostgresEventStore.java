package tools.choco.onboarding.eventlog;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.axonframework.common.stream.BlockingStream;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingEventStream;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.AbstractEventStore;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.lifecycle.Lifecycle;
import org.axonframework.lifecycle.Phase;
import org.jspecify.annotations.Nullable;

/**
 * Axon's event store over the log. Its streams wake their readers as soon as anything was appended:
 * those that block, and those that gave a callback.
 */
public final class PostgresEventStore extends AbstractEventStore implements Lifecycle {

    private final PostgresEventStorageEngine engine;
    private final AppendSignal signal;
    private final Runnable onStream;
    private final Set<LogStream> streams = ConcurrentHashMap.newKeySet();

    private PostgresEventStore(Builder builder) {
        super(builder);
        engine = builder.engine;
        signal = builder.signal;
        onStream = builder.onStream;
    }

    static PostgresEventStore over(
            PostgresEventStorageEngine engine, AppendSignal signal, Runnable onStream) {
        return new PostgresEventStore(new Builder(engine, signal, onStream));
    }

    /**
     * The events after {@code trackingToken}; all, if there is none. The stream is for one reader
     * at a time.
     *
     * @throws IllegalArgumentException if the token is another log's
     */
    @Override
    public TrackingEventStream openStream(@Nullable TrackingToken trackingToken) {
        var stream = new LogStream(PostgresEventStorageEngine.position(trackingToken));
        streams.add(stream);
        onStream.run();
        return stream;
    }

    @Override
    public void registerLifecycleHandlers(LifecycleRegistry lifecycle) {
        lifecycle.onShutdown(Phase.INBOUND_EVENT_CONNECTORS - 10, this::shutDown);
    }

    /** Closes the streams. */
    public void shutDown() {
        streams.forEach(BlockingStream::close);
    }

    private final class LogStream implements TrackingEventStream {

        private final Deque<TrackedEventMessage<?>> read = new ArrayDeque<>();
        private long position;

        /** At this count of the signal there is nothing after {@link #position}. */
        private long exhaustedAt = -1;

        private volatile @Nullable Runnable onAvailable;
        private volatile boolean closed;

        LogStream(long position) {
            this.position = position;
        }

        @Override
        public boolean hasNextAvailable(int timeout, TimeUnit unit) throws InterruptedException {
            if (timeout > 0 && Thread.interrupted()) {
                throw new InterruptedException();
            }
            long deadline = System.nanoTime() + unit.toNanos(timeout);
            while (read.isEmpty()) {
                if (closed) {
                    return false;
                }
                long count = signal.count();
                if (count != exhaustedAt) {
                    try {
                        fetch(count);
                    } catch (EventStoreException e) {
                        // An interrupt makes pool and driver fail.
                        if (timeout > 0 && Thread.interrupted()) {
                            throw (InterruptedException) new InterruptedException().initCause(e);
                        }
                        throw e;
                    }
                    continue;
                }
                long left = deadline - System.nanoTime();
                if (timeout <= 0 || left <= 0 || !signal.awaitAfter(count, left)) {
                    wakeAfter(count);
                    return false;
                }
            }
            return true;
        }

        private void fetch(long count) {
            var events = engine.after(position);
            if (events.size() < PostgresEventStorageEngine.EVENTS_PER_READ) {
                exhaustedAt = count;
            }
            if (!events.isEmpty()) {
                read.addAll(events);
                position = PostgresEventStorageEngine.position(events.getLast().trackingToken());
            }
        }

        @Override
        public TrackedEventMessage<?> nextAvailable() throws InterruptedException {
            while (!hasNextAvailable(Integer.MAX_VALUE, TimeUnit.SECONDS)) {
                if (closed) {
                    throw new IllegalStateException("The stream is closed");
                }
            }
            return read.removeFirst();
        }

        @Override
        public Optional<TrackedEventMessage<?>> peek() {
            return hasNextAvailable() ? Optional.of(read.getFirst()) : Optional.empty();
        }

        @Override
        public boolean setOnAvailableCallback(Runnable callback) {
            onAvailable = callback;
            wakeAfter(exhaustedAt);
            return true;
        }

        private void wakeAfter(long count) {
            var callback = onAvailable;
            if (callback != null) {
                signal.wakeAfter(count, callback);
            }
        }

        @Override
        public void close() {
            closed = true;
            streams.remove(this);
            var callback = onAvailable;
            if (callback != null) {
                signal.forget(callback);
            }
            // Wakes whoever blocks here.
            signal.raise();
        }
    }

    private static final class Builder extends AbstractEventStore.Builder {

        private final PostgresEventStorageEngine engine;
        private final AppendSignal signal;
        private final Runnable onStream;

        Builder(PostgresEventStorageEngine engine, AppendSignal signal, Runnable onStream) {
            this.engine = engine;
            this.signal = signal;
            this.onStream = onStream;
            storageEngine(engine);
        }
    }
}
