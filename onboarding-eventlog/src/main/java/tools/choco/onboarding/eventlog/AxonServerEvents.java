package tools.choco.onboarding.eventlog;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.connector.AxonServerException;
import io.axoniq.axonserver.connector.event.AggregateEventStream;
import io.axoniq.axonserver.connector.event.EventChannel;
import io.axoniq.axonserver.connector.event.EventStream;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.event.Event;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.axonframework.axonserver.connector.AxonServerConnectionManager;
import org.axonframework.axonserver.connector.ErrorCode;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.messaging.MetaData;
import org.axonframework.modelling.command.ConcurrencyException;
import org.axonframework.serialization.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * The events that Axon Server keeps, with what its answers mean here.
 *
 * <p>Axon Server counts from 0 and names the event before the first -1; a position here is one more
 * than its index, so that it means the same in every log of ours. It keeps times in milliseconds.
 */
final class AxonServerEvents {

    private static final Metadata.Key<String> ERROR_CODE =
            Metadata.Key.of("AxonIQ-ErrorCode", Metadata.ASCII_STRING_MARSHALLER);

    private final AxonServerConnectionManager connections;
    private final EventSerializer serializer;
    private final AxonServerLogSettings settings;
    private volatile @Nullable String missing = "Axon Server was not reached yet";

    AxonServerEvents(
            AxonServerConnectionManager connections,
            EventSerializer serializer,
            AxonServerLogSettings settings) {
        this.connections = connections;
        this.serializer = serializer;
        this.settings = settings;
    }

    /** Why nothing is asked of Axon Server at present; null if it is. */
    @Nullable String missing() {
        return missing;
    }

    void setMissing(@Nullable String reason) {
        missing = reason;
    }

    /**
     * Asks for a connection, which comes up by itself, and comes back by itself when it is lost.
     */
    boolean isConnected() {
        connections.getConnection();
        return connections.isConnected(connections.getDefaultContext());
    }

    /** The position of the last event; 0 if there is none. */
    long head() {
        return answer(channel().getLastToken()) + 1;
    }

    /** As {@link #head}, also while others are kept away. */
    long headNow() {
        return answer(connections.getConnection().eventChannel().getLastToken()) + 1;
    }

    /** The position before the first event made at that time or later. */
    long before(Instant time) {
        return answer(channel().getTokenAt(time.toEpochMilli())) + 1;
    }

    /** Sequence of the last event of each aggregate; those that have none are missing. */
    Map<String, Long> lastSequences(Iterable<String> aggregateIds) {
        var channel = channel();
        Map<String, CompletableFuture<Long>> asked = new HashMap<>();
        for (var id : aggregateIds) {
            asked.computeIfAbsent(id, channel::findHighestSequence);
        }
        Map<String, Long> last = new HashMap<>();
        asked.forEach(
                (id, sequence) -> {
                    if (answer(sequence) >= 0) {
                        last.put(id, answer(sequence));
                    }
                });
        return last;
    }

    /** The events of an aggregate from a sequence on; they come as they are read. */
    AggregateEventStream ofAggregate(String aggregateId, long firstSequence) {
        return channel().openAggregateStream(aggregateId, firstSequence);
    }

    /** The events after a position, and those to come. */
    EventStream after(long position) {
        return open(channel(), position);
    }

    /** As {@link #after}, also while others are kept away. */
    EventStream afterNow(long position) {
        return open(connections.getConnection().eventChannel(), position);
    }

    private EventStream open(EventChannel channel, long position) {
        int permits = settings.eventsPerRead();
        return channel.openStream(position - 1, permits, permits / 4);
    }

    /** Stores all the events or none; they are durable when this returns. */
    void append(List<? extends EventMessage<?>> events) {
        var stored = events.stream().map(this::stored).toList();
        var first = stored.getFirst();
        String places =
                "%s from %d"
                        .formatted(
                                first.getAggregateIdentifier(), first.getAggregateSequenceNumber());
        var channel = channel();
        try {
            channel.appendEvents(stored.toArray(Event[]::new))
                    .get(settings.answerTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException refused) {
            throw refusal(places, refused);
        } catch (TimeoutException late) {
            throw LogUnavailable.unanswered(places, late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw LogUnavailable.unanswered(places, interrupted);
        } catch (StatusRuntimeException | IllegalStateException lost) {
            throw LogUnavailable.unanswered(places, lost);
        }
    }

    private static EventStoreException refusalByCode(String places, ErrorCode code, Throwable e) {
        return switch (code) {
            case NO_EVENT_STORE_MASTER_AVAILABLE ->
                    LogUnavailable.outOfReach("Axon Server has no leader to write", e);
            case EVENT_PAYLOAD_TOO_LARGE, VALIDATION_FAILED, TRANSACTION_ROLLED_BACK ->
                    new EventStoreException("Axon Server does not take " + places, e);
            // A connection that ended, or a disk that failed in the middle.
            default -> LogUnavailable.unanswered(places, e);
        };
    }

    private static RuntimeException refusal(String places, ExecutionException refused) {
        var code = ErrorCode.getFromCode(code(refused));
        return code == ErrorCode.INVALID_EVENT_SEQUENCE
                ? new ConcurrencyException("The log goes on otherwise than " + places, refused)
                : refusalByCode(places, code, refused);
    }

    /** The code that Axon Server puts beside gRPC's, or the connector into its exception. */
    private static String code(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AxonServerException known) {
                return known.getErrorCategory().errorCode();
            }
            if (cause instanceof StatusRuntimeException status && status.getTrailers() != null) {
                var code = status.getTrailers().get(ERROR_CODE);
                if (code != null) {
                    return code;
                }
            }
        }
        return ErrorCode.OTHER.errorCode();
    }

    private EventChannel channel() {
        String reason = missing;
        if (reason != null) {
            throw LogUnavailable.outOfReach(reason, null);
        }
        return connections.getConnection().eventChannel();
    }

    private <T> T answer(CompletableFuture<T> asked) {
        try {
            return asked.get(settings.answerTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            throw LogUnavailable.outOfReach("Axon Server does not answer", failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new EventStoreException("Interrupted while asking the log", interrupted);
        }
    }

    private Event stored(EventMessage<?> event) {
        if (!(event instanceof DomainEventMessage<?> domainEvent)) {
            throw new EventStoreException(
                    "Event %s belongs to no aggregate".formatted(event.getIdentifier()));
        }
        var payload = event.serializePayload(serializer, byte[].class);
        var stored =
                Event.newBuilder()
                        .setMessageIdentifier(required(event.getIdentifier()).toString())
                        .setAggregateIdentifier(
                                required(domainEvent.getAggregateIdentifier()).toString())
                        .setAggregateSequenceNumber(domainEvent.getSequenceNumber())
                        .setAggregateType(domainEvent.getType())
                        .setTimestamp(event.getTimestamp().toEpochMilli())
                        .setPayload(
                                SerializedObject.newBuilder()
                                        .setType(payload.getType().getName())
                                        .setRevision(payload.getType().getRevision())
                                        .setData(ByteString.copyFrom(payload.getData())));
        event.getMetaData()
                .forEach(
                        (name, value) -> {
                            if (!(value instanceof String text)) {
                                throw new SerializationException(
                                        "Metadata is text, which %s is not".formatted(name));
                            }
                            stored.putMetaData(
                                    name, MetaDataValue.newBuilder().setTextValue(text).build());
                        });
        return stored.build();
    }

    /** The metadata of a stored event. */
    static MetaData metaData(Event event) {
        Map<String, Object> values = new HashMap<>();
        event.getMetaDataMap().forEach((name, value) -> values.put(name, value.getTextValue()));
        return MetaData.from(values);
    }

    /** The names of a stored event. */
    static EventKind kind(Event event) {
        return new EventKind(
                event.getAggregateType(),
                event.getPayload().getType(),
                event.getPayload().getRevision());
    }

    /**
     * @throws EventStoreException if the text is no UUID: the log has events of others
     */
    static UUID required(String identifier) {
        var uuid = MetaDataCodec.uuid(identifier);
        if (uuid == null) {
            throw new EventStoreException("%s is no UUID in its usual form".formatted(identifier));
        }
        return uuid;
    }
}
