package tools.choco.onboarding.eventlog;

import io.axoniq.axonserver.connector.event.EventStream;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.axonframework.common.stream.BlockingStream;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingEventStream;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.AbstractEventStore;
import org.axonframework.lifecycle.Lifecycle;
import org.axonframework.lifecycle.Phase;
import org.jspecify.annotations.Nullable;

/**
 * Axon's event store over Axon Server. Its streams are pushed; one whose connection is lost fails
 * until Axon Server is back, and then goes on where it was.
 */
final class AxonServerStore extends AbstractEventStore implements Lifecycle {

    private final AxonServerEvents events;
    private final AxonServerStorageEngine engine;
    private final Set<LogStream> streams = ConcurrentHashMap.newKeySet();

    private AxonServerStore(Builder builder) {
        super(builder);
        events = builder.events;
        engine = builder.engine;
    }

    static AxonServerStore over(AxonServerEvents events, AxonServerStorageEngine engine) {
        return new AxonServerStore(new Builder(events, engine));
    }

    /**
     * The events after {@code trackingToken}; all, if there is none. The stream is for one reader
     * at a time.
     *
     * @throws IllegalArgumentException if the token is another log's
     * @throws LogUnavailable if Axon Server is away
     */
    @Override
    public TrackingEventStream openStream(@Nullable TrackingToken trackingToken) {
        var stream = new LogStream(PostgresEventStorageEngine.position(trackingToken));
        streams.add(stream);
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

        private final ReentrantLock lock = new ReentrantLock();
        private final Condition arrived = lock.newCondition();
        private volatile EventStream source;
        private long position;
        private @Nullable TrackedEventMessage<?> next;
        private volatile @Nullable Runnable onAvailable;
        private volatile boolean closed;

        LogStream(long position) {
            this.position = position;
            source = opened();
        }

        private EventStream opened() {
            var opened = events.after(position);
            opened.onAvailable(this::wake);
            return opened;
        }

        private void wake() {
            lock.lock();
            try {
                arrived.signalAll();
            } finally {
                lock.unlock();
            }
            var callback = onAvailable;
            if (callback != null) {
                callback.run();
            }
        }

        @Override
        public Optional<TrackedEventMessage<?>> peek() {
            if (next == null) {
                if (source.isClosed() && !closed) {
                    source = opened();
                }
                EventWithToken read = source.nextIfAvailable();
                if (read != null) {
                    position = read.getToken() + 1;
                    next = engine.tracked(position, read.getEvent());
                }
            }
            return Optional.ofNullable(next);
        }

        @Override
        public boolean hasNextAvailable(int timeout, TimeUnit unit) throws InterruptedException {
            long left = unit.toNanos(timeout);
            lock.lockInterruptibly();
            try {
                while (peek().isEmpty() && left > 0) {
                    left = arrived.awaitNanos(left);
                }
            } finally {
                lock.unlock();
            }
            return peek().isPresent();
        }

        @Override
        public TrackedEventMessage<?> nextAvailable() throws InterruptedException {
            while (!hasNextAvailable(1, TimeUnit.SECONDS)) {
                if (closed) {
                    throw new IllegalStateException("The stream is closed");
                }
            }
            var event = peek().orElseThrow();
            next = null;
            return event;
        }

        @Override
        public boolean setOnAvailableCallback(Runnable callback) {
            onAvailable = callback;
            callback.run();
            return true;
        }

        @Override
        public void close() {
            closed = true;
            streams.remove(this);
            source.close();
            wake();
        }
    }

    private static final class Builder extends AbstractEventStore.Builder {

        private final AxonServerEvents events;
        private final AxonServerStorageEngine engine;

        Builder(AxonServerEvents events, AxonServerStorageEngine engine) {
            this.events = events;
            this.engine = engine;
            storageEngine(engine);
        }
    }
}
