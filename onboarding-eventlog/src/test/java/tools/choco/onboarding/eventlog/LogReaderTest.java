package tools.choco.onboarding.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.eventlog.testing.TestDatabase;
import tools.choco.onboarding.events.EventType;

class LogReaderTest {

    private static final String A = RandomEvents.id("a");
    private static final String B = RandomEvents.id("b");

    private final TestDatabase database = TestDatabase.create();
    private final PostgresEventLog log = new PostgresEventLog(database.dataSource());
    private final LogReader reader = log.reader();
    private final RandomEvents events = new RandomEvents(5);

    @AfterEach
    void close() {
        log.close();
        database.close();
    }

    @Test
    void handsOutEveryColumnAsItWasAppended() {
        var appended = new ArrayList<DomainEventMessage<Message>>();
        for (var type : EventType.all()) {
            appended.add(RandomEvents.message(A, appended.size(), events.ofType(type)));
        }
        log.storageEngine().appendEvents(appended);

        var rows = read(0, Long.MAX_VALUE, 4);

        assertThat(rows).hasSameSizeAs(appended);
        for (int i = 0; i < rows.size(); i++) {
            var row = rows.get(i);
            var event = appended.get(i);
            assertThat(row.position()).isEqualTo(i + 1);
            assertThat(row.sequence()).isEqualTo(event.getSequenceNumber());
            assertThat(row.time()).isEqualTo(stored(event).getTimestamp());
            assertThat(row.eventId()).hasToString(event.getIdentifier());
            assertThat(row.aggregateId()).hasToString(A);
            assertThat(row.aggregateType()).isEqualTo(event.getType());
            assertThat(row.payloadType())
                    .isEqualTo(event.getPayload().getDescriptorForType().getFullName());
            assertThat(row.payloadRevision()).isEqualTo(EventType.SCHEMA_VERSION);
            assertThat(row.event()).isEqualTo(event.getPayload());
            assertThat(row.payload()).isEqualTo(event.getPayload().toByteArray());
            assertThat(row.metaData()).isEqualTo(event.getMetaData());
        }
    }

    @Test
    void keepsToTheRangeAndToTheSizeOfABatch() {
        append(A, 0, 10);

        var sizes = new ArrayList<Integer>();
        long last = reader.read(2, 9, 3, batch -> sizes.add(batch.size()));

        assertThat(sizes).containsExactly(3, 3, 1);
        assertThat(last).isEqualTo(9);
        assertThat(read(2, 9, 3))
                .extracting(LoggedRow::position)
                .containsExactly(3L, 4L, 5L, 6L, 7L, 8L, 9L);
    }

    @Test
    void handsOutNothingWhereThereIsNothing() {
        assertThat(reader.head()).isZero();
        assertThat(reader.read(0, Long.MAX_VALUE, 10, batch -> assertThat(batch).isNotEmpty()))
                .isZero();
        append(A, 0, 3);

        assertThat(reader.head()).isEqualTo(3);
        assertThat(reader.read(3, Long.MAX_VALUE, 10, batch -> assertThat(batch).isNotEmpty()))
                .isEqualTo(3);
    }

    @Test
    void readsKindsThatAreNewSinceTheLastReading() {
        append(A, 0, 1);
        read(0, 1, 10);
        var started = events.ofType(EventType.SITE_PROVISION_REQUESTED);
        log.storageEngine().appendEvents(List.of(RandomEvents.message(B, 0, started)));

        assertThat(read(1, Long.MAX_VALUE, 10))
                .singleElement()
                .satisfies(row -> assertThat(row.event()).isEqualTo(started));
    }

    @Test
    void goesOnAfterAConsumerThatFailed() {
        append(A, 0, 2_000);

        assertThatThrownBy(
                        () ->
                                reader.read(
                                        0,
                                        Long.MAX_VALUE,
                                        10,
                                        batch -> {
                                            throw new IllegalStateException("full");
                                        }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("full");
        assertThat(read(0, Long.MAX_VALUE, 10)).hasSize(2_000);
    }

    @Test
    void endsWhenItsThreadIsInterrupted() {
        append(A, 0, 100);

        assertThatThrownBy(
                        () ->
                                reader.read(
                                        0,
                                        Long.MAX_VALUE,
                                        10,
                                        batch -> Thread.currentThread().interrupt()))
                .isInstanceOf(EventStoreException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void refusesABatchWithoutRows() {
        assertThatThrownBy(() -> reader.read(0, 1, 0, batch -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private List<LoggedRow> read(long after, long upTo, int rowsPerBatchMax) {
        var rows = new ArrayList<LoggedRow>();
        reader.read(after, upTo, rowsPerBatchMax, rows::addAll);
        return rows;
    }

    private DomainEventMessage<?> stored(DomainEventMessage<?> event) {
        return log.storageEngine()
                .readEvents(event.getAggregateIdentifier(), event.getSequenceNumber())
                .next();
    }

    private void append(String aggregateId, long first, int count) {
        var messages = new ArrayList<DomainEventMessage<Message>>();
        for (int i = 0; i < count; i++) {
            messages.add(RandomEvents.message(aggregateId, first + i, events.any()));
        }
        log.storageEngine().appendEvents(messages);
    }
}
