package tools.choco.onboarding.watch;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingEventStream;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.messaging.StreamableMessageSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.jackson.databind.json.JsonMapper;

/**
 * The open streams of this instance, and the one reader of the log that feeds them all.
 *
 * <p>The reader runs while there are streams. It encodes an event once and hands it to whom it
 * concerns; a few writers send what the connections take. While the database is away the streams
 * stay open, and the reader goes on where it was.
 */
public final class StreamHub implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(StreamHub.class);

    /** How long the streams get at shutdown to take what waits for them. */
    private static final Duration END_WAIT = Duration.ofSeconds(2);

    private static final Duration RETRY_PAUSE = Duration.ofMillis(250);
    private static final int IDLE_SECONDS = 1;

    /** A heartbeat is late by a part of its interval at most. */
    private static final int TICKS_PER_HEARTBEAT = 5;

    private final StreamableMessageSource<TrackedEventMessage<?>> source;
    private final EventFrames frames;
    private final WatchSettings settings;
    private final Counter cuts;
    private final ExecutorService writers;

    private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();

    /** The streams that an event with that id of an aggregate concerns. */
    private final Map<String, Set<EventStream>> byId = new ConcurrentHashMap<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition left = lock.newCondition();
    private final Map<String, Integer> streamsOfUser = new HashMap<>();
    private int open;
    private boolean tailing;
    private boolean closed;

    /** The last event that was handed on, or is about to be. */
    private volatile long reached;

    /**
     * @param source the log as a stream
     * @param texts opens what users may see of their own
     * @param timers for the heartbeats
     */
    public StreamHub(
            StreamableMessageSource<TrackedEventMessage<?>> source,
            JsonMapper json,
            TextVault texts,
            WatchSettings settings,
            ScheduledExecutorService timers,
            MeterRegistry meters) {
        this.source = source;
        this.frames = new EventFrames(json, texts);
        this.settings = settings;
        this.cuts =
                Counter.builder("onboarding.streams.cut")
                        .description("Streams whose reader was too slow")
                        .register(meters);
        Gauge.builder("onboarding.streams.open", streams, Set::size)
                .description("Streams that are open in this process")
                .register(meters);
        this.writers =
                Executors.newFixedThreadPool(
                        Math.max(2, Runtime.getRuntime().availableProcessors()),
                        Thread.ofPlatform().name("stream-writer-", 0).daemon().factory());
        long tick = settings.heartbeat().toMillis() / TICKS_PER_HEARTBEAT;
        timers.scheduleWithFixedDelay(this::tick, tick, tick, TimeUnit.MILLISECONDS);
    }

    EventFrames frames() {
        return frames;
    }

    /**
     * Opens a stream. From now on every event that concerns it waits in it, those after {@link
     * #reached()} without exception.
     *
     * @throws EdgeProblem if there are too many, or the service is about to end
     */
    EventStream open(Watched watched, String userId) {
        enter(userId);
        EventStream stream = new EventStream(this, watched, userId, settings);
        streams.add(stream);
        byId.compute(
                watched.id(),
                (id, present) -> {
                    Set<EventStream> some =
                            present == null ? ConcurrentHashMap.newKeySet() : present;
                    some.add(stream);
                    return some;
                });
        if (isClosed()) {
            forget(stream);
            throw unavailable("The service is about to end.");
        }
        return stream;
    }

    /**
     * The position up to which events may have been handed on before a stream was there. Whatever
     * reads the log after it was asked for sees them.
     */
    long reached() {
        return reached;
    }

    /** Position of the last event of the log. */
    long head() {
        return position(source.createHeadToken());
    }

    private void enter(String userId) {
        while (true) {
            Long head = isTailing() ? null : Long.valueOf(head());
            lock.lock();
            try {
                if (closed) {
                    throw unavailable("The service is about to end.");
                }
                if (streamsOfUser.getOrDefault(userId, 0) >= settings.streamsPerUserMax()) {
                    throw EdgeProblem.of(
                            ProblemCode.TOO_MANY_STREAMS,
                            "A user has at most %d streams at once."
                                    .formatted(settings.streamsPerUserMax()));
                }
                if (open >= settings.streamsMax()) {
                    throw unavailable("As many streams are open as this instance takes on.");
                }
                if (!tailing) {
                    if (head == null) {
                        continue; // It has just ended.
                    }
                    reached = head;
                    tailing = true;
                    Thread.ofVirtual().name("stream-reader").start(() -> tail(head));
                }
                streamsOfUser.merge(userId, 1, Integer::sum);
                open++;
                return;
            } finally {
                lock.unlock();
            }
        }
    }

    /** Takes a stream out; nothing happens if it is out. */
    void forget(EventStream stream) {
        if (!streams.remove(stream)) {
            return;
        }
        byId.computeIfPresent(
                stream.watched().id(),
                (id, present) -> {
                    present.remove(stream);
                    return present.isEmpty() ? null : present;
                });
        lock.lock();
        try {
            streamsOfUser.computeIfPresent(
                    stream.userId(), (user, count) -> count == 1 ? null : count - 1);
            open--;
            left.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void countCut() {
        cuts.increment();
    }

    void write(Runnable task) {
        try {
            writers.execute(task);
        } catch (RejectedExecutionException closing) {
            log.trace("A stream has outlived its writers", closing);
        }
    }

    private void tick() {
        long now = System.nanoTime();
        streams.forEach(stream -> stream.tick(now));
    }

    private boolean isTailing() {
        lock.lock();
        try {
            return tailing;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private void tail(long from) {
        boolean ended = false;
        try (TrackingEventStream events =
                (TrackingEventStream) source.openStream(new GlobalSequenceTrackingToken(from))) {
            boolean away = false;
            while (goesOn()) {
                try {
                    if (events.hasNextAvailable(IDLE_SECONDS, TimeUnit.SECONDS)) {
                        dispatch(events.nextAvailable());
                    }
                    away = false;
                } catch (RuntimeException unreadable) {
                    if (!away) {
                        log.warn("The streams wait for the log: {}", unreadable.toString());
                    }
                    away = true;
                    Thread.sleep(RETRY_PAUSE);
                }
            }
            ended = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (!ended) {
                abandon();
            }
        }
    }

    /** Without a reader a stream would be silent for good; its client comes again. */
    private void abandon() {
        log.error("The reader of the streams has ended");
        lock.lock();
        try {
            tailing = false;
        } finally {
            lock.unlock();
        }
        streams.forEach(EventStream::cut);
    }

    private boolean goesOn() {
        lock.lock();
        try {
            if (closed || open == 0) {
                tailing = false;
            }
            return tailing;
        } finally {
            lock.unlock();
        }
    }

    private void dispatch(TrackedEventMessage<?> message) {
        // First of all: who opens a stream while this looks for streams counts on it.
        reached = position(message.trackingToken());
        if (!(message instanceof DomainEventMessage<?> ofAggregate)) {
            return;
        }
        Set<EventStream> own = byId.getOrDefault(ofAggregate.getAggregateIdentifier(), Set.of());
        boolean ofSite = EventType.SITE.equals(ofAggregate.getType());
        if (own.isEmpty() && !ofSite) {
            return;
        }
        Set<EventStream> ofSession = Set.of();
        try {
            LoggedEvent event = LoggedEvent.of(message);
            if (ofSite) {
                ofSession = byId.getOrDefault(event.sessionId(), Set.of());
            }
            if (!own.isEmpty() || !ofSession.isEmpty()) {
                Frame frame = frames.event(event);
                offer(own, event, frame);
                offer(ofSession, event, frame);
            }
        } catch (RuntimeException unreadable) {
            // As an event of a newer version; the client finds an instance that knows it.
            log.error("Event {} cannot be shown", message.getIdentifier(), unreadable);
            own.forEach(EventStream::cut);
            ofSession.forEach(EventStream::cut);
        }
    }

    private static long position(@Nullable TrackingToken token) {
        // Some stores have no token for the start of an empty log.
        return token == null ? 0 : token.position().orElseThrow();
    }

    private static void offer(Set<EventStream> to, LoggedEvent event, Frame frame) {
        for (EventStream stream : to) {
            if (stream.watched().wants(event)) {
                stream.offer(frame);
            }
        }
    }

    /** Ends every stream; those that do not take their last events in time are cut. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        streams.forEach(EventStream::end);
        if (!awaitNone()) {
            new ArrayList<>(streams).forEach(EventStream::cut);
        }
        writers.shutdown();
    }

    private boolean awaitNone() {
        lock.lock();
        try {
            long nanos = END_WAIT.toNanos();
            while (!streams.isEmpty() && nanos > 0) {
                nanos = left.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return streams.isEmpty();
    }

    private static EdgeProblem unavailable(String detail) {
        return EdgeProblem.of(ProblemCode.UNAVAILABLE, detail);
    }
}
