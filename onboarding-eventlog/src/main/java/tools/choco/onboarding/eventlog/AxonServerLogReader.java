package tools.choco.onboarding.eventlog;

import com.google.protobuf.Internal;
import com.google.protobuf.Message;
import io.axoniq.axonserver.connector.event.EventStream;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.axonframework.eventsourcing.eventstore.EventStoreException;

/** Reads the log of Axon Server as a stream that ends at a position. */
final class AxonServerLogReader implements LogReader {

    private final AxonServerEvents events;
    private final EventSerializer serializer;
    private final AxonServerLogSettings settings;
    private final Map<EventKind, LoggedRow.Kind> kinds = new ConcurrentHashMap<>();

    AxonServerLogReader(
            AxonServerEvents events, EventSerializer serializer, AxonServerLogSettings settings) {
        this.events = events;
        this.serializer = serializer;
        this.settings = settings;
    }

    /** Takes an event at its position. */
    interface Taker {
        void take(long position, Event event);
    }

    @Override
    public long head() {
        return events.head();
    }

    @Override
    public long read(
            long after, long upTo, int rowsPerBatchMax, Consumer<List<LoggedRow>> consumer) {
        if (rowsPerBatchMax < 1) {
            throw new IllegalArgumentException("A batch has at least one row");
        }
        List<LoggedRow> batch = new ArrayList<>();
        long last =
                readEvents(
                        after,
                        upTo,
                        (position, event) -> {
                            batch.add(row(position, event));
                            if (batch.size() == rowsPerBatchMax) {
                                consumer.accept(List.copyOf(batch));
                                batch.clear();
                            }
                        });
        if (!batch.isEmpty()) {
            consumer.accept(List.copyOf(batch));
        }
        return last;
    }

    /** As {@link #read}, one by one. */
    long readEvents(long after, long upTo, Taker taker) {
        long last = Math.min(upTo, head());
        if (after >= last) {
            return after;
        }
        var stream = events.after(after);
        try {
            return take(stream, after, last, taker);
        } finally {
            stream.close();
        }
    }

    /** Takes the events of an open stream, up to and with a position. */
    long take(EventStream stream, long after, long last, Taker taker) {
        long position = after;
        while (position < last) {
            var next = next(stream);
            if (next.getToken() != position) {
                throw new EventStoreException(
                        "After position %d comes %d".formatted(position, next.getToken() + 1));
            }
            position++;
            taker.take(position, next.getEvent());
        }
        return position;
    }

    private EventWithToken next(EventStream stream) {
        try {
            var next =
                    stream.nextIfAvailable(
                            settings.answerTimeout().toMillis(), TimeUnit.MILLISECONDS);
            if (next == null) {
                throw LogUnavailable.outOfReach(
                        "Axon Server does not go on reading", stream.getError().orElse(null));
            }
            return next;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new EventStoreException("Interrupted while reading the log", interrupted);
        }
    }

    private LoggedRow row(long position, Event event) {
        return LoggedRow.of(
                position,
                event.getAggregateSequenceNumber(),
                Instant.ofEpochMilli(event.getTimestamp()),
                AxonServerEvents.required(event.getMessageIdentifier()),
                AxonServerEvents.required(event.getAggregateIdentifier()),
                kinds.computeIfAbsent(AxonServerEvents.kind(event), this::kind),
                event.getPayload().getData().toByteArray(),
                MetaDataCodec.encode(AxonServerEvents.metaData(event)));
    }

    private LoggedRow.Kind kind(EventKind names) {
        var type = serializer.classForType(names.serializedType()).asSubclass(Message.class);
        return new LoggedRow.Kind(names, Internal.getDefaultInstance(type).getParserForType());
    }
}
