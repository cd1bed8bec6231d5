package tools.choco.onboarding.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.modelling.command.ConcurrencyException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.eventlog.testing.RandomEvents;

class PostgresEventStorageEngineTest extends EventStorageContract {

    private static final String LISTENING =
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE 'LISTEN%'
            """;

    private final PostgresEventLog one = new PostgresEventLog(database.dataSource());
    private final PostgresEventLog two = new PostgresEventLog(database.dataSource());
    private final PostgresEventStore storeOfTwo = two.eventStore();

    @AfterEach
    void close() {
        storeOfTwo.shutDown();
        one.close();
        two.close();
        database.close();
    }

    @Override
    EventStorageEngine one() {
        return one.storageEngine();
    }

    @Override
    EventStorageEngine two() {
        return two.storageEngine();
    }

    @Override
    EventStore storeOfTwo() {
        return storeOfTwo;
    }

    @Override
    JdbcTransactionManager transactions() {
        return one.transactions();
    }

    @Override
    Class<? extends Exception> conflictOnCreation() {
        return ConcurrencyException.class;
    }

    @Override
    List<String> missedOfALongTransaction(String slow) {
        return List.of();
    }

    /** The same case from the other side: a writer that has its positions and does not commit. */
    @Test
    void showsNothingPastAWriterThatHasNotCommitted() throws Exception {
        var before = next(RandomEvents.id("a"), 0);
        one().appendEvents(before);
        var prompt = next(RandomEvents.id("b"), 0);
        try (var slow = DriverManager.getConnection(database.jdbcUrl());
                var statement = slow.createStatement();
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            slow.setAutoCommit(false);
            statement.execute("SELECT pg_advisory_xact_lock(%d)".formatted(WriterSession.LOCK));
            statement.execute(
                    """
                    INSERT INTO events SELECT position + 1, 0, time, gen_random_uuid(),
                        gen_random_uuid(), kind, payload, metadata FROM events
                    """);
            var append = executor.submit(() -> one().appendEvents(prompt));
            await().until(() -> Locks.waiting(database) == 1);
            assertThat(ids(tail(two(), null))).containsExactly(before.getIdentifier());

            slow.commit();
            append.get();
        }
        assertThat(tail(two(), null))
                .hasSize(3)
                .last()
                .extracting(event -> event.getIdentifier())
                .isEqualTo(prompt.getIdentifier());
    }

    @Test
    void callsWhoWaitsForTheNextEvent() throws Exception {
        var calls = new AtomicInteger();
        try (var stream = storeOfTwo.openStream(null)) {
            assertThat(stream.setOnAvailableCallback(calls::incrementAndGet)).isTrue();
            assertThat(stream.hasNextAvailable()).isFalse();
            int before = calls.get();

            one().appendEvents(next(RandomEvents.id("a"), 0));

            await().until(() -> calls.get() > before && stream.hasNextAvailable());
        }
    }

    @Test
    void wakesReadersHereAndElsewhereWithoutPolling() throws Exception {
        var never =
                new EventLogSettings(
                        100, 100, 1_000_000, Duration.ofSeconds(10), Duration.ofHours(1));
        try (var here = new PostgresEventLog(database.dataSource(), never);
                var elsewhere = new PostgresEventLog(database.dataSource(), never)) {
            var stores = List.of(here.eventStore(), elsewhere.eventStore());
            for (var store : stores) {
                try (var stream = store.openStream(store.createHeadToken())) {
                    await().until(() -> Locks.number(database, LISTENING) > stores.indexOf(store));
                    // Past the look that follows the beginning to listen.
                    assertThat(stream.hasNextAvailable(1, TimeUnit.SECONDS)).isFalse();
                    here.storageEngine().appendEvents(next(UUID.randomUUID().toString(), 0));

                    assertThat(stream.hasNextAvailable(30, TimeUnit.SECONDS)).isTrue();
                }
            }
        }
    }

    @Test
    void stopsWaitingWhenInterrupted() throws Exception {
        try (var stream = storeOfTwo.openStream(null)) {
            var interrupted = new AtomicInteger();
            var reader =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            stream.nextAvailable();
                                        } catch (InterruptedException e) {
                                            interrupted.incrementAndGet();
                                        }
                                    });
            reader.interrupt();
            assertThat(reader.join(Duration.ofSeconds(30))).isTrue();

            assertThat(interrupted).hasValue(1);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> stream.hasNextAvailable(1, TimeUnit.DAYS))
                    .isInstanceOf(InterruptedException.class);
        }
    }
}
