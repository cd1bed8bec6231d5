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
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.modelling.command.ConcurrencyException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.eventlog.testing.TestDatabase;

class EventLogTest {

    private static final int WRITERS = 8;

    private final TestDatabase database = TestDatabase.create();
    private final EventLog log = new EventLog(database.dataSource());
    private final EmbeddedEventStore store = log.eventStore();
    private final RandomEvents events = new RandomEvents(7);

    @AfterEach
    void close() {
        store.shutDown();
        database.close();
    }

    @Test
    void readsAnAggregateAsItWasAppended() {
        var appended = List.of(next("a", 0), next("a", 1), next("a", 2));
        store.publish(next("b", 0));
        store.publish(appended);

        assertSame(store.readEvents("a").asStream().toList(), appended);
        assertSame(store.readEvents("a", 1).asStream().toList(), appended.subList(1, 3));
        assertThat(store.readEvents("nobody").hasNext()).isFalse();
    }

    @Test
    void readsAnAggregateOfManyBatches() {
        var appended = new ArrayList<DomainEventMessage<Message>>();
        for (int i = 0; i < 200; i++) {
            appended.add(next("a", i));
        }
        store.publish(appended);

        assertSame(store.readEvents("a").asStream().toList(), appended);
    }

    @Test
    void readsTheLogInOrderFromAnyPosition() {
        var appended = List.of(next("a", 0), next("b", 0), next("a", 1));
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
        store.publish(at(time, next("a", 0)));

        assertThat(store.readEvents("a").next().getTimestamp())
                .isEqualTo("2026-01-02T03:04:05.678901Z");
    }

    @Test
    void findsThePositionOfATime() {
        var first = Instant.parse("2026-01-02T03:04:05.000001Z");
        var second = Instant.parse("2026-01-02T03:04:05.000002Z");
        var appended = List.of(at(first, next("a", 0)), at(second, next("a", 1)));
        store.publish(appended);

        assertSame(tail(store.createTokenAt(second)), appended.subList(1, 2));
        assertSame(tail(store.createTokenAt(first)), appended);
        assertThat(tail(store.createTokenAt(second.plusSeconds(1)))).isEmpty();
    }

    @Test
    void storesNamesVersionsAndMetaDataReadably() {
        var event = next("a", 0);
        store.publish(event);

        assertThat(
                        text(
                                "SELECT concat_ws(' ', event_identifier, type, payload_type,"
                                        + " payload_revision, convert_from(meta_data, 'UTF8'))"
                                        + " FROM domain_events"))
                .isEqualTo(
                        "%s %s %s 1.0.0 {\"correlation_id\":\"correlation-a\"}"
                                .formatted(
                                        event.getIdentifier(),
                                        event.getType(),
                                        event.getPayload().getDescriptorForType().getFullName()));
    }

    @Test
    void appendsTheEventsOfAUnitOfWorkInOneTransaction() {
        inUnitOfWork(
                () -> {
                    store.publish(next("a", 0));
                    store.publish(next("b", 0));
                    store.publish(next("a", 1));
                });

        assertThat(text("SELECT count(*) FROM domain_events")).isEqualTo("3");
        assertThat(text("SELECT count(DISTINCT xmin::text) FROM domain_events")).isEqualTo("1");
    }

    @Test
    void appendsTheEventsOfNestedUnitsOfWorkInOneTransaction() {
        inUnitOfWork(
                () -> {
                    store.publish(next("a", 0));
                    inUnitOfWork(() -> store.publish(next("b", 0)));
                });

        assertThat(text("SELECT count(*) FROM domain_events")).isEqualTo("2");
        assertThat(text("SELECT count(DISTINCT xmin::text) FROM domain_events")).isEqualTo("1");
    }

    @Test
    void appendsNothingOfAUnitOfWorkThatLosesARace() {
        store.publish(next("b", 0));

        assertThatThrownBy(
                        () ->
                                inUnitOfWork(
                                        () -> {
                                            store.publish(next("a", 0));
                                            store.publish(next("b", 0));
                                        }))
                .isInstanceOf(ConcurrencyException.class);

        assertThat(text("SELECT count(*) FROM domain_events")).isEqualTo("1");
        assertThat(store.readEvents("a").hasNext()).isFalse();
    }

    @Test
    void hasStoredAUnitOfWorkBeforeItReportsSuccess() {
        var stored = new ArrayList<String>();
        var unitOfWork = DefaultUnitOfWork.startAndGet(GenericEventMessage.asEventMessage("work"));
        unitOfWork.afterCommit(work -> stored.add(text("SELECT count(*) FROM domain_events")));
        unitOfWork.execute(() -> store.publish(next("a", 0)));

        assertThat(stored).containsExactly("1");
    }

    @Test
    void refusesASequenceNumberThatIsTaken() {
        store.publish(List.of(next("a", 0), next("a", 1)));

        assertThatThrownBy(() -> store.publish(next("a", 1)))
                .isInstanceOf(ConcurrencyException.class)
                .hasMessageContaining("a at 1");
        assertThatThrownBy(() -> store.publish(next("a", 0)))
                .isInstanceOf(ConcurrencyException.class);

        assertThat(text("SELECT count(*) FROM domain_events")).isEqualTo("2");
    }

    @Test
    void letsOneOfManyWritersWin() throws Exception {
        Callable<Boolean> write =
                () -> {
                    try {
                        store.publish(RandomEvents.message("a", 0, new RandomEvents(1).any()));
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
        assertThat(text("SELECT count(*) FROM domain_events")).isEqualTo("1");
    }

    @Test
    void reportsAnyOtherFailureAsOneNotToBeRetried() {
        database.dataSource().close();

        assertThatThrownBy(() -> store.publish(next("a", 0)))
                .isInstanceOf(EventStoreException.class);
    }

    @Test
    void quotesNoRowWhenAnAppendFails() {
        store.publish(next("a", 0));
        var second = next("a", 0);

        var failure = catchThrowable(() -> store.publish(second));

        var trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString())
                .contains("domain_events_aggregate_key")
                .doesNotContain(second.getIdentifier());
    }

    @Test
    void knowsTheLastSequenceNumberInTheLogAndWhatIsStagedOnTop() {
        assertThat(store.lastSequenceNumberFor("a")).isEmpty();
        store.publish(List.of(next("a", 0), next("a", 1)));
        assertThat(store.lastSequenceNumberFor("a")).hasValue(1L);

        inUnitOfWork(
                () -> {
                    assertThat(store.lastSequenceNumberFor("a")).hasValue(1L);
                    store.publish(next("a", 2));
                    assertThat(store.lastSequenceNumberFor("a")).hasValue(2L);
                    assertThat(log.storageEngine().lastSequenceNumberFor("a")).hasValue(1L);
                });
    }

    @Test
    void refusesSnapshots() {
        assertThatThrownBy(() -> store.storeSnapshot(next("a", 0)))
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
            throw new IllegalStateException(e);
        }
    }
}
