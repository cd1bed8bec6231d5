package tools.choco.onboarding.eventlog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.axonframework.common.jdbc.JdbcException;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.eventsourcing.eventstore.jdbc.EventSchema;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcEventStorageEngine;
import org.axonframework.modelling.command.ConcurrencyException;
import org.axonframework.serialization.Serializer;

/**
 * Axon's JDBC engine on the table {@code domain_events}: one transaction an append, times as
 * timestamps in microseconds, no snapshots.
 */
final class LogStorageEngine extends JdbcEventStorageEngine {

    private static final EventSchema SCHEMA =
            EventSchema.builder()
                    .eventTable("domain_events")
                    .globalIndexColumn("global_index")
                    .timestampColumn("time_stamp")
                    .eventIdentifierColumn("event_identifier")
                    .aggregateIdentifierColumn("aggregate_identifier")
                    .sequenceNumberColumn("sequence_number")
                    .typeColumn("type")
                    .payloadTypeColumn("payload_type")
                    .payloadRevisionColumn("payload_revision")
                    .payloadColumn("payload")
                    .metaDataColumn("meta_data")
                    .build();

    private static final int EVENTS_PER_READ = 100;

    LogStorageEngine(JdbcTransactionManager transactions, Serializer serializer) {
        super(
                builder()
                        .transactionManager(transactions)
                        .connectionProvider(transactions)
                        .eventSerializer(serializer)
                        .snapshotSerializer(serializer)
                        .persistenceExceptionResolver(UniqueViolations::caused)
                        .schema(SCHEMA)
                        .batchSize(EVENTS_PER_READ)
                        // Sequence numbers have no gaps, so a short read is an aggregate's last.
                        .finalAggregateBatchPredicate(batch -> batch.size() < EVENTS_PER_READ)
                        .createTokenAt(LogStorageEngine::positionBefore));
    }

    @Override
    protected void appendEvents(List<? extends EventMessage<?>> events, Serializer serializer) {
        try {
            super.appendEvents(events, serializer);
        } catch (JdbcException e) {
            // Axon takes it for passing and would try again, though the events may well be stored.
            throw new EventStoreException("Failed to append " + positions(events), e);
        }
    }

    /**
     * Axon knows only the first event of the append here, and calls a conflict on an aggregate's
     * first event by another name; to us each lost race is the same.
     */
    @Override
    protected void handlePersistenceException(Exception exception, EventMessage<?> firstEvent) {
        if (UniqueViolations.caused(exception)) {
            throw new ConcurrencyException(
                    "Another append was first, this one began with "
                            + positions(List.of(firstEvent)),
                    exception);
        }
        throw new EventStoreException(
                "Failed to append, beginning with " + positions(List.of(firstEvent)), exception);
    }

    @Override
    public Optional<DomainEventMessage<?>> readSnapshot(String aggregateIdentifier) {
        return Optional.empty();
    }

    @Override
    public void storeSnapshot(DomainEventMessage<?> snapshot) {
        throw new UnsupportedOperationException("The event log keeps no snapshots");
    }

    @Override
    protected void writeTimestamp(PreparedStatement statement, int position, Instant timestamp)
            throws SQLException {
        statement.setObject(position, microseconds(timestamp));
    }

    /** As text: Axon cuts every other type down to milliseconds. */
    @Override
    protected Object readTimeStamp(ResultSet resultSet, String columnName) throws SQLException {
        return resultSet.getObject(columnName, OffsetDateTime.class).toInstant().toString();
    }

    private static PreparedStatement positionBefore(
            Connection connection, EventSchema schema, Instant time) throws SQLException {
        var statement =
                connection.prepareStatement(
                        "SELECT min(global_index) - 1 FROM domain_events WHERE time_stamp >= ?");
        statement.setObject(1, microseconds(time));
        return statement;
    }

    /** Cut off, where the database would round. */
    private static OffsetDateTime microseconds(Instant time) {
        return time.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
    }

    private static String positions(List<? extends EventMessage<?>> events) {
        return events.stream()
                .map(
                        event ->
                                event instanceof DomainEventMessage<?> domainEvent
                                        ? "%s at %d"
                                                .formatted(
                                                        domainEvent.getAggregateIdentifier(),
                                                        domainEvent.getSequenceNumber())
                                        : event.getIdentifier())
                .collect(Collectors.joining(", "));
    }
}
