package tools.choco.onboarding.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.Message;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.modelling.command.ConcurrencyException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.eventlog.testing.TestDatabase;
import tools.choco.onboarding.events.EventType;

class EventLogTest {

    private static final String A = RandomEvents.id("a");
    private static final String B = RandomEvents.id("b");
    private static final int WRITERS = 10;

    private final TestDatabase database = TestDatabase.create();
    private final PostgresEventLog log = new PostgresEventLog(database.dataSource());
    private final PostgresEventStore store = log.eventStore();
    private final RandomEvents events = new RandomEvents(7);

    @AfterEach
    void close() {
        store.shutDown();
        log.close();
        database.close();
    }

    @Test
    void readsAnAggregateAsItWasAppended() {
        var appended = List.of(next(A, 0), next(A, 1), next(A, 2));
        store.publish(next(B, 0));
        store.publish(appended);

        assertSame(store.readEvents(A).asStream().toList(), appended);
        assertSame(store.readEvents(A, 1).asStream().toList(), appended.subList(1, 3));
        assertThat(store.readEvents(RandomEvents.id("nobody")).hasNext()).isFalse();
        assertThat(store.readEvents("no id").hasNext()).isFalse();
    }

    @Test
    void readsAnAggregateOfManyBatches() {
        var appended = new ArrayList<DomainEventMessage<Message>>();
        for (int i = 0; i < 2_500; i++) {
            appended.add(next(A, i));
        }
        store.publish(appended);

        assertSame(store.readEvents(A).asStream().toList(), appended);
    }

    @Test
    void readsTheLogInOrderFromAnyPosition() {
        var appended = List.of(next(A, 0), next(B, 0), next(A, 1));
        appended.forEach(store::publish);

        var all = tail(null);
        assertSame(all, appended);
        assertSame(tail(all.getFirst().trackingToken()), appended.subList(1, 3));
        assertThat(tail(store.createHeadToken())).isEmpty();
        assertSame(tail(store.createTailToken()), appended);
    }

    @Test
    void keepsTimesToTheMicrosecond() {
        var time = Instant.parse("2026-01-02T03:04:05.678901999Z");
        store.publish(at(time, next(A, 0)));

        assertThat(store.readEvents(A).next().getTimestamp())
                .isEqualTo("2026-01-02T03:04:05.678901Z");
    }

    @Test
    void findsThePositionOfATime() {
        var first = Instant.parse("2026-01-02T03:04:05.000001Z");
        var second = Instant.parse("2026-01-02T03:04:05.000002Z");
        var appended = List.of(at(first, next(A, 0)), at(second, next(A, 1)));
        store.publish(appended);

        assertSame(tail(store.createTokenAt(second)), appended.subList(1, 2));
        assertSame(tail(store.createTokenAt(first)), appended);
        assertThat(tail(store.createTokenAt(second.plusSeconds(1)))).isEmpty();
    }

    @Test
    void storesNamesAndVersionsReadably() {
        var event = next(A, 0);
        store.publish(event);

        assertThat(
                        text(
                                "SELECT concat_ws(' ', event_id, aggregate_type, payload_type,"
                                        + " payload_revision)"
                                        + " FROM events JOIN event_kinds USING (kind)"))
                .isEqualTo(
                        "%s %s %s %s"
                                .formatted(
                                        event.getIdentifier(),
                                        event.getType(),
                                        event.getPayload().getDescriptorForType().getFullName(),
                                        EventType.SCHEMA_VERSION));
    }

    @Test
    void refusesToChangeOrDropWhatIsStored() {
        store.publish(next(A, 0));

        for (var change :
                List.of(
                        "UPDATE events SET sequence = 1",
                        "DELETE FROM events",
                        "TRUNCATE events",
                        "DELETE FROM event_kinds")) {
            assertThatThrownBy(() -> text(change))
                    .hasRootCauseInstanceOf(SQLException.class)
                    .hasMessageContaining("append-only");
        }
        assertThat(text("SELECT count(*) FROM events")).isEqualTo("1");
    }

    @Test
    void refusesEventsThatHaveNoPlaceInTheLog() {
        assertThatThrownBy(() -> store.publish(next("no id", 0)))
                .isInstanceOf(EventStoreException.class);
        assertThatThrownBy(() -> store.publish(GenericEventMessage.asEventMessage("of none")))
                .isInstanceOf(EventStoreException.class);
        assertThatThrownBy(() -> store.publish(List.of(next(A, 0), next(A, 2))))
                .isInstanceOf(EventStoreException.class);
        assertThatThrownBy(() -> store.publish(next(A, 1)))
                .isInstanceOf(ConcurrencyException.class);

        assertThat(text("SELECT count(*) FROM events")).isEqualTo("0");
    }

    @Test
    void storesAnAppendWhateverBecomesOfTheTransactionAround() {
        var transaction = log.transactions().startTransaction();
        store.publish(next(A, 0));
        transaction.rollback();

        assertThat(text("SELECT count(*) FROM events")).isEqualTo("1");
    }

    @Test
    void appendsTheEventsOfAUnitOfWorkInOneTransaction() {
        inUnitOfWork(
                () -> {
                    store.publish(next(A, 0));
                    store.publish(next(B, 0));
                    store.publish(next(A, 1));
                });

        assertThat(text("SELECT count(*) FROM events")).isEqualTo("3");
        assertThat(text("SELECT count(DISTINCT xmin::text) FROM events")).isEqualTo("1");
    }

    @Test
    void appendsTheEventsOfNestedUnitsOfWorkInOneTransaction() {
        inUnitOfWork(
                () -> {
                    store.publish(next(A, 0));
                    inUnitOfWork(() -> store.publish(next(B, 0)));
                });

        assertThat(text("SELECT count(*) FROM events")).isEqualTo("2");
        assertThat(text("SELECT count(DISTINCT xmin::text) FROM events")).isEqualTo("1");
    }

    @Test
    void appendsNothingOfAUnitOfWorkThatLosesARace() {
        store.publish(next(B, 0));

        assertThatThrownBy(
                        () ->
                                inUnitOfWork(
                                        () -> {
                                            store.publish(next(A, 0));
                                            store.publish(next(B, 0));
                                        }))
                .isInstanceOf(ConcurrencyException.class);

        assertThat(text("SELECT count(*) FROM events")).isEqualTo("1");
        assertThat(store.readEvents(A).hasNext()).isFalse();
    }

    @Test
    void hasStoredAUnitOfWorkBeforeItReportsSuccess() {
        var stored = new ArrayList<String>();
        var unitOfWork = DefaultUnitOfWork.startAndGet(GenericEventMessage.asEventMessage("work"));
        unitOfWork.afterCommit(work -> stored.add(text("SELECT count(*) FROM events")));
        unitOfWork.execute(() -> store.publish(next(A, 0)));

        assertThat(stored).containsExactly("1");
    }

    @Test
    void refusesASequenceNumberThatIsTaken() {
        store.publish(List.of(next(A, 0), next(A, 1)));

        assertThatThrownBy(() -> store.publish(next(A, 1)))
                .isInstanceOf(ConcurrencyException.class)
                .hasMessageContaining(A + " from 1");
        assertThatThrownBy(() -> store.publish(next(A, 0)))
                .isInstanceOf(ConcurrencyException.class);

        assertThat(text("SELECT count(*) FROM events")).isEqualTo("2");
    }

    @Test
    void letsOneOfManyWritersWin() throws Exception {
        Callable<Boolean> write =
                () -> {
                    try {
                        store.publish(RandomEvents.message(A, 0, new RandomEvents(1).any()));
                        return true;
                    } catch (ConcurrencyException e) {
                        return false;
                    }
                };
        int won = 0;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var result : executor.invokeAll(Collections.nCopies(WRITERS, write))) {
                won += result.get() ? 1 : 0;
            }
        }

        assertThat(won).isEqualTo(1);
        assertThat(text("SELECT count(*) FROM events")).isEqualTo("1");
    }

    @Test
    void reportsAnyOtherFailureAsOneNotToBeRetried() {
        database.dataSource().close();

        assertThatThrownBy(() -> store.publish(next(A, 0))).isInstanceOf(EventStoreException.class);
    }

    @Test
    void quotesNoRowWhenAnAppendFails() {
        store.publish(next(A, 0));
        var second = next(A, 0);

        var failure = catchThrowable(() -> store.publish(second));

        var trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString()).contains(A).doesNotContain(second.getIdentifier());
    }

    @Test
    void knowsTheLastSequenceNumberInTheLogAndWhatIsStagedOnTop() {
        assertThat(store.lastSequenceNumberFor(A)).isEmpty();
        store.publish(List.of(next(A, 0), next(A, 1)));
        assertThat(store.lastSequenceNumberFor(A)).hasValue(1L);

        inUnitOfWork(
                () -> {
                    assertThat(store.lastSequenceNumberFor(A)).hasValue(1L);
                    store.publish(next(A, 2));
                    assertThat(store.lastSequenceNumberFor(A)).hasValue(2L);
                    assertThat(log.storageEngine().lastSequenceNumberFor(A)).hasValue(1L);
                });
    }

    @Test
    void refusesSnapshots() {
        assertThatThrownBy(() -> store.storeSnapshot(next(A, 0)))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    private DomainEventMessage<Message> next(String aggregateId, long sequence) {
        return RandomEvents.message(aggregateId, sequence, events.any());
    }

    private static DomainEventMessage<Message> at(Instant time, DomainEventMessage<Message> event) {
        return new GenericDomainEventMessage<>(
                event.getType(),
                event.getAggregateIdentifier(),
                event.getSequenceNumber(),
                event.getPayload(),
                event.getMetaData(),
                event.getIdentifier(),
                time);
    }

    private static void inUnitOfWork(Runnable work) {
        DefaultUnitOfWork.startAndGet(GenericEventMessage.asEventMessage("work")).execute(work);
    }

    private List<? extends TrackedEventMessage<?>> tail(@Nullable TrackingToken token) {
        return log.storageEngine().readEvents(token, false).toList();
    }

    private static void assertSame(
            List<? extends EventMessage<?>> actual, List<? extends EventMessage<?>> expected) {
        assertThat(actual)
                .zipSatisfy(
                        expected,
                        (read, appended) -> {
                            assertThat(read.getIdentifier()).isEqualTo(appended.getIdentifier());
                            assertThat(read.getPayload()).isEqualTo(appended.getPayload());
                            assertThat(read.getMetaData()).isEqualTo(appended.getMetaData());
                        });
    }

    private String text(String sql) {
        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
