package tools.choco.onboarding.eventlog;

import io.axoniq.axonserver.connector.impl.StreamClosedException;
import io.axoniq.axonserver.grpc.event.Event;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.GenericTrackedDomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.DomainEventStream;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.messaging.Message;
import org.axonframework.serialization.LazyDeserializingObject;
import org.axonframework.serialization.SerializedMessage;
import org.axonframework.serialization.SimpleSerializedObject;
import org.jspecify.annotations.Nullable;

/**
 * Axon's event storage on Axon Server. The connector's own leaves a lost race to be told from the
 * text of an exception, and begins to count at 0.
 */
final class AxonServerStorageEngine implements EventStorageEngine {

    private final AxonServerEvents events;
    private final AxonServerLogReader reader;
    private final EventSerializer serializer;
    private final Runnable onAppended;

    /**
     * @param onAppended called after each append
     */
    AxonServerStorageEngine(
            AxonServerEvents events,
            AxonServerLogReader reader,
            EventSerializer serializer,
            Runnable onAppended) {
        this.events = events;
        this.reader = reader;
        this.serializer = serializer;
        this.onAppended = onAppended;
    }

    /** As {@link PostgresEventStorageEngine#appendEvents}, but never overloaded. */
    @Override
    public void appendEvents(List<? extends EventMessage<?>> appended) {
        if (!appended.isEmpty()) {
            events.append(appended);
            onAppended.run();
        }
    }

    /** Reads up to the present head of the log, and never blocks for more. */
    @Override
    public Stream<? extends TrackedEventMessage<?>> readEvents(
            @Nullable TrackingToken trackingToken, boolean mayBlock) {
        Stream.Builder<TrackedEventMessage<?>> read = Stream.builder();
        reader.readEvents(
                PostgresEventStorageEngine.position(trackingToken),
                Long.MAX_VALUE,
                (position, event) -> read.add(tracked(position, event)));
        return read.build();
    }

    @Override
    public DomainEventStream readEvents(String aggregateIdentifier, long firstSequenceNumber) {
        if (MetaDataCodec.uuid(aggregateIdentifier) == null) {
            return DomainEventStream.empty();
        }
        var lastRead = new AtomicReference<@Nullable Long>();
        return DomainEventStream.of(
                stored(aggregateIdentifier, firstSequenceNumber)
                        .map(this::domainEvent)
                        .peek(event -> lastRead.set(event.getSequenceNumber())),
                lastRead::get);
    }

    /** Events of an aggregate as they are stored, from a sequence on. */
    Stream<Event> stored(String aggregateId, long firstSequence) {
        var stream = events.ofAggregate(aggregateId, firstSequence);
        return StreamSupport.stream(
                new AbstractSpliterator<>(Long.MAX_VALUE, Spliterator.ORDERED) {
                    @Override
                    public boolean tryAdvance(Consumer<? super Event> action) {
                        try {
                            if (!stream.hasNext()) {
                                return false;
                            }
                            action.accept(stream.next());
                            return true;
                        } catch (StreamClosedException broken) {
                            throw LogUnavailable.outOfReach("Axon Server does not answer", broken);
                        } catch (InterruptedException interrupted) {
                            Thread.currentThread().interrupt();
                            throw new EventStoreException(
                                    "Interrupted while reading the log", interrupted);
                        }
                    }
                },
                false);
    }

    private DomainEventMessage<?> domainEvent(Event event) {
        return new GenericDomainEventMessage<>(
                event.getAggregateType(),
                event.getAggregateIdentifier(),
                event.getAggregateSequenceNumber(),
                message(event),
                () -> Instant.ofEpochMilli(event.getTimestamp()));
    }

    /** An event at its position. */
    TrackedEventMessage<?> tracked(long position, Event event) {
        return new GenericTrackedDomainEventMessage<>(
                new GlobalSequenceTrackingToken(position),
                event.getAggregateType(),
                event.getAggregateIdentifier(),
                event.getAggregateSequenceNumber(),
                message(event),
                () -> Instant.ofEpochMilli(event.getTimestamp()));
    }

    private Message<?> message(Event event) {
        return new SerializedMessage<>(
                event.getMessageIdentifier(),
                new LazyDeserializingObject<>(
                        new SimpleSerializedObject<>(
                                event.getPayload().getData().toByteArray(),
                                byte[].class,
                                AxonServerEvents.kind(event).serializedType()),
                        serializer),
                new LazyDeserializingObject<>(AxonServerEvents.metaData(event)));
    }

    @Override
    public Optional<Long> lastSequenceNumberFor(String aggregateIdentifier) {
        return Optional.ofNullable(
                events.lastSequences(List.of(aggregateIdentifier)).get(aggregateIdentifier));
    }

    @Override
    public TrackingToken createTailToken() {
        return new GlobalSequenceTrackingToken(0);
    }

    @Override
    public TrackingToken createHeadToken() {
        return new GlobalSequenceTrackingToken(events.head());
    }

    @Override
    public TrackingToken createTokenAt(Instant dateTime) {
        return new GlobalSequenceTrackingToken(events.before(dateTime));
    }

    @Override
    public Optional<DomainEventMessage<?>> readSnapshot(String aggregateIdentifier) {
        return Optional.empty();
    }

    @Override
    public void storeSnapshot(DomainEventMessage<?> snapshot) {
        throw new UnsupportedOperationException("The event log keeps no snapshots");
    }
}
