package tools.choco.onboarding.eventlog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericTrackedDomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventhandling.WrappedToken;
import org.axonframework.eventsourcing.eventstore.DomainEventStream;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.serialization.LazyDeserializingObject;
import org.axonframework.serialization.SerializedMessage;
import org.axonframework.serialization.SimpleSerializedObject;
import org.jspecify.annotations.Nullable;

/**
 * Axon's event storage on the table {@code events}.
 *
 * <p>Every writing transaction holds one advisory lock, gives out positions under it and ends
 * before the next begins. So positions become visible in their order and without gaps, whoever
 * writes, and a reader asks for what is after its position: the token is that one number. Appends
 * go through a {@link LogWriter}; none belongs to a transaction of its caller.
 *
 * <p>Reads take part in the caller's transaction, if there is one, and see what is committed.
 * Streams are read bit by bit, and each bit is as fresh as its reading.
 */
final class PostgresEventStorageEngine implements EventStorageEngine, AggregateReader {

    /** Half of what a pooled processor buffers: it counts the buffer, node by node, each time. */
    static final int EVENTS_PER_READ = 500;

    private static final String COLUMNS =
            "SELECT position, sequence, time, event_id, aggregate_id, kind, payload, metadata"
                    + " FROM events ";
    private static final String AFTER_POSITION =
            COLUMNS + "WHERE position > ? ORDER BY position LIMIT " + EVENTS_PER_READ;
    private static final String OF_AGGREGATE =
            COLUMNS
                    + "WHERE aggregate_id = ? AND sequence >= ? ORDER BY sequence LIMIT "
                    + EVENTS_PER_READ;

    /**
     * By the aggregates' index, however large the log is: the sum keeps the planner from walking
     * the positions, which are in the wanted order but mostly of others.
     */
    static final String OF_AGGREGATES =
            COLUMNS
                    + "WHERE aggregate_id = ANY (?) AND position + 0 > ?"
                    + " ORDER BY position + 0 LIMIT ?";

    /** One step down the index for each aggregate, however long its history. */
    private static final String LAST_OF_AGGREGATES =
            """
            SELECT id, last.sequence FROM unnest(?::uuid[]) AS id CROSS JOIN LATERAL (
                SELECT sequence FROM events WHERE aggregate_id = id
                ORDER BY sequence DESC LIMIT 1) AS last""";

    private final JdbcTransactionManager transactions;
    private final EventSerializer serializer;
    private final EventKinds kinds;
    private final LogWriter writer;
    private final EventLogSettings settings;

    PostgresEventStorageEngine(
            JdbcTransactionManager transactions,
            EventSerializer serializer,
            EventKinds kinds,
            LogWriter writer,
            EventLogSettings settings) {
        this.transactions = transactions;
        this.serializer = serializer;
        this.kinds = kinds;
        this.writer = writer;
        this.settings = settings;
    }

    /**
     * Stores all the events or none; they are durable when this returns.
     *
     * @param events of aggregates, with UUIDs as identifiers and text as metadata
     * @throws org.axonframework.modelling.command.ConcurrencyException if the events do not follow
     *     what the log has of an aggregate
     * @throws LogOverloaded if too many appends are waiting
     * @throws LogUnavailable if the database is not able to; it says whether the outcome is known
     * @throws EventStoreException on any other failure; nothing is stored
     */
    @Override
    public void appendEvents(List<? extends EventMessage<?>> events) {
        if (!events.isEmpty()) {
            writer.write(
                    new Append(events.stream().map(this::row).toList(), settings.appendTimeout()));
        }
    }

    private Append.Row row(EventMessage<?> event) {
        if (!(event instanceof DomainEventMessage<?> domainEvent)) {
            throw new EventStoreException(
                    "Event %s belongs to no aggregate".formatted(event.getIdentifier()));
        }
        var payload = event.serializePayload(serializer, byte[].class);
        return new Append.Row(
                requiredUuid(event.getIdentifier()),
                requiredUuid(domainEvent.getAggregateIdentifier()),
                domainEvent.getSequenceNumber(),
                new EventKind(
                        domainEvent.getType(),
                        payload.getType().getName(),
                        payload.getType().getRevision()),
                event.getTimestamp(),
                payload.getData(),
                MetaDataCodec.encode(event.getMetaData()));
    }

    private static UUID requiredUuid(String identifier) {
        var uuid = MetaDataCodec.uuid(identifier);
        if (uuid == null) {
            throw new EventStoreException("%s is no UUID in its usual form".formatted(identifier));
        }
        return uuid;
    }

    @Override
    public Stream<GenericTrackedDomainEventMessage<?>> readEvents(
            @Nullable TrackingToken trackingToken, boolean mayBlock) {
        return new BatchedReading<GenericTrackedDomainEventMessage<?>>(
                        EVENTS_PER_READ,
                        last -> after(last == null ? position(trackingToken) : position(last)))
                .stream();
    }

    @Override
    public DomainEventStream readEvents(String aggregateIdentifier, long firstSequenceNumber) {
        var aggregateId = MetaDataCodec.uuid(aggregateIdentifier);
        if (aggregateId == null) {
            return DomainEventStream.empty();
        }
        var lastRead = new AtomicReference<@Nullable Long>();
        return DomainEventStream.of(
                new BatchedReading<GenericTrackedDomainEventMessage<?>>(
                                EVENTS_PER_READ,
                                last ->
                                        of(
                                                aggregateId,
                                                last == null
                                                        ? firstSequenceNumber
                                                        : last.getSequenceNumber() + 1))
                        .stream().peek(event -> lastRead.set(event.getSequenceNumber())),
                lastRead::get);
    }

    @Override
    public Optional<Long> lastSequenceNumberFor(String aggregateIdentifier) {
        var aggregateId = MetaDataCodec.uuid(aggregateIdentifier);
        return aggregateId == null
                ? Optional.empty()
                : number(
                        "SELECT max(sequence) FROM events WHERE aggregate_id = ?",
                        select -> select.setObject(1, aggregateId));
    }

    /** The position before the first, which is 1. */
    @Override
    public TrackingToken createTailToken() {
        return new GlobalSequenceTrackingToken(0);
    }

    @Override
    public TrackingToken createHeadToken() {
        return new GlobalSequenceTrackingToken(
                number("SELECT max(position) FROM events", select -> {}).orElse(0L));
    }

    /**
     * The position before the first event made at {@code dateTime} or later; reads the whole log.
     */
    @Override
    public TrackingToken createTokenAt(Instant dateTime) {
        var head = createHeadToken();
        return number(
                        "SELECT min(position) - 1 FROM events WHERE time >= ?",
                        select -> select.setObject(1, dateTime.atOffset(ZoneOffset.UTC)))
                .<TrackingToken>map(GlobalSequenceTrackingToken::new)
                .orElse(head);
    }

    @Override
    public Optional<DomainEventMessage<?>> readSnapshot(String aggregateIdentifier) {
        return Optional.empty();
    }

    @Override
    public void storeSnapshot(DomainEventMessage<?> snapshot) {
        throw new UnsupportedOperationException("The event log keeps no snapshots");
    }

    /**
     * The next events of the log.
     *
     * @return at most {@link #EVENTS_PER_READ}; fewer where there are no more
     */
    List<GenericTrackedDomainEventMessage<?>> after(long position) {
        return events(AFTER_POSITION, select -> select.setLong(1, position));
    }

    @Override
    public OptionalLong position(String aggregateId, long sequence) {
        var uuid = MetaDataCodec.uuid(aggregateId);
        return uuid == null
                ? OptionalLong.empty()
                : number(
                                "SELECT max(position) FROM events"
                                        + " WHERE aggregate_id = ? AND sequence = ?",
                                select -> {
                                    select.setObject(1, uuid);
                                    select.setLong(2, sequence);
                                })
                        .map(OptionalLong::of)
                        .orElseGet(OptionalLong::empty);
    }

    @Override
    public List<GenericTrackedDomainEventMessage<?>> after(
            long position, Collection<String> aggregateIds, int eventsMax) {
        var uuids = uuids(aggregateIds);
        return events(
                OF_AGGREGATES,
                select -> {
                    select.setArray(1, select.getConnection().createArrayOf("uuid", uuids));
                    select.setLong(2, position);
                    select.setInt(3, eventsMax);
                });
    }

    @Override
    public Map<String, Long> lastSequences(Collection<String> aggregateIds) {
        try (var connection = transactions.getConnection();
                var select = connection.prepareStatement(LAST_OF_AGGREGATES)) {
            select.setArray(1, connection.createArrayOf("uuid", uuids(aggregateIds)));
            try (var row = select.executeQuery()) {
                Map<String, Long> last = new HashMap<>();
                while (row.next()) {
                    last.put(row.getObject(1, UUID.class).toString(), row.getLong(2));
                }
                return last;
            }
        } catch (SQLException e) {
            throw new EventStoreException("Failed to read the log", e);
        }
    }

    private static UUID[] uuids(Collection<String> aggregateIds) {
        return aggregateIds.stream()
                .map(MetaDataCodec::uuid)
                .filter(Objects::nonNull)
                .toArray(UUID[]::new);
    }

    private List<GenericTrackedDomainEventMessage<?>> of(UUID aggregateId, long firstSequence) {
        return events(
                OF_AGGREGATE,
                select -> {
                    select.setObject(1, aggregateId);
                    select.setLong(2, firstSequence);
                });
    }

    /**
     * @throws IllegalArgumentException if the token is another log's
     */
    static long position(@Nullable TrackingToken token) {
        return switch (WrappedToken.unwrapLowerBound(token)) {
            case null -> 0;
            case GlobalSequenceTrackingToken position -> position.getGlobalIndex();
            case TrackingToken other ->
                    throw new IllegalArgumentException("No position in this log: " + other);
        };
    }

    private static long position(GenericTrackedDomainEventMessage<?> event) {
        return position(event.trackingToken());
    }

    private List<GenericTrackedDomainEventMessage<?>> events(String sql, Binding binding) {
        try (var connection = transactions.getConnection();
                var select = connection.prepareStatement(sql)) {
            binding.bind(select);
            try (var row = select.executeQuery()) {
                List<GenericTrackedDomainEventMessage<?>> events = new ArrayList<>();
                while (row.next()) {
                    events.add(event(connection, row));
                }
                return events;
            }
        } catch (SQLException e) {
            throw new EventStoreException("Failed to read the log", e);
        }
    }

    private GenericTrackedDomainEventMessage<?> event(Connection connection, ResultSet row)
            throws SQLException {
        var time = row.getObject(3, OffsetDateTime.class).toInstant();
        var kind = kinds.kind(connection, row.getShort(6));
        return new GenericTrackedDomainEventMessage<>(
                new GlobalSequenceTrackingToken(row.getLong(1)),
                kind.aggregateType(),
                row.getObject(5, UUID.class).toString(),
                row.getLong(2),
                new SerializedMessage<>(
                        row.getObject(4, UUID.class).toString(),
                        new LazyDeserializingObject<>(
                                new SimpleSerializedObject<>(
                                        row.getBytes(7), byte[].class, kind.serializedType()),
                                serializer),
                        new LazyDeserializingObject<>(MetaDataCodec.decode(row.getBytes(8)))),
                () -> time);
    }

    private Optional<Long> number(String sql, Binding binding) {
        try (var connection = transactions.getConnection();
                var select = connection.prepareStatement(sql)) {
            binding.bind(select);
            try (var row = select.executeQuery()) {
                row.next();
                long number = row.getLong(1);
                return row.wasNull() ? Optional.empty() : Optional.of(number);
            }
        } catch (SQLException e) {
            throw new EventStoreException("Failed to read the log", e);
        }
    }

    @FunctionalInterface
    private interface Binding {
        void bind(PreparedStatement select) throws SQLException;
    }
}
