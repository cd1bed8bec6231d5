package tools.choco.onboarding.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Message;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import tools.choco.onboarding.eventlog.testing.FullDisk;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.eventlog.testing.StatementLog;
import tools.choco.onboarding.eventlog.testing.TestDatabase;

/** Group commit, and what may go wrong with it. */
class LogWriterTest {

    private static final String A = RandomEvents.id("a");
    private static final String B = RandomEvents.id("b");
    private static final String C = RandomEvents.id("c");

    /** Gives up an append after a second. */
    private static final EventLogSettings HASTY =
            new EventLogSettings(10, 10, 1_000_000, Duration.ofSeconds(1), Duration.ofSeconds(1));

    private final TestDatabase database = TestDatabase.create();
    private final StatementLog statements = new StatementLog();
    private final DataSource connections = statements.over(source(database));
    private final PostgresEventLog log = new PostgresEventLog(connections);
    private final RandomEvents events = new RandomEvents(13);
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        callers.close();
        log.close();
        database.close();
    }

    @Test
    void writesWhatQueuedMeanwhileInOneTransaction() throws Exception {
        var appends = new ArrayList<Future<?>>();
        try (var unused = Locks.hold(database)) {
            appends.add(submit(next(A, 0)));
            await().until(() -> Locks.waiting(database) == 1);
            for (int i = 0; i < 20; i++) {
                appends.add(submit(next(RandomEvents.id("x" + i), 0)));
            }
        }
        for (var append : appends) {
            append.get();
        }

        assertThat(count("count(*)")).isEqualTo(21);
        assertThat(count("count(DISTINCT xmin::text)")).isLessThanOrEqualTo(3);
        assertThat(count("max(position)")).isEqualTo(21);
    }

    @Test
    void failsTheAppendInConflictAloneAndAsAWhole() throws Exception {
        log.storageEngine().appendEvents(next(B, 0));
        List<Future<?>> fine;
        Future<?> late;
        try (var unused = Locks.hold(database)) {
            var first = submit(next(A, 0));
            await().until(() -> Locks.waiting(database) == 1);
            late = submit(next(C, 0), next(B, 0));
            fine =
                    List.of(
                            first,
                            submit(next(RandomEvents.id("x"), 0)),
                            submit(next(B, 1), next(RandomEvents.id("y"), 0)));
        }
        for (var append : fine) {
            append.get();
        }

        assertThatThrownBy(late::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ConcurrencyException.class);
        assertThat(log.storageEngine().lastSequenceNumberFor(C)).isEmpty();
        assertThat(count("count(*)")).isEqualTo(5);
    }

    @Test
    void readsNothingToAppendToAWarmAggregate() {
        log.storageEngine().appendEvents(next(A, 0));
        // The kinds of events are known from then on.
        var kind = events.any();
        log.storageEngine().appendEvents(RandomEvents.message(A, 1, kind));
        statements.clear();

        log.storageEngine().appendEvents(RandomEvents.message(A, 2, kind));

        assertThat(statements.all())
                .filteredOn(sql -> !sql.contains("pg_notify"))
                .hasSize(1)
                .allMatch(sql -> sql.contains("INSERT INTO events"));
    }

    @Test
    void takesOnNoMoreThanItsBound() throws Exception {
        var small =
                new EventLogSettings(
                        2, 10, 1_000_000, Duration.ofSeconds(30), Duration.ofSeconds(1));
        try (var bounded = new PostgresEventLog(connections, small)) {
            List<Future<?>> taken;
            try (var unused = Locks.hold(database)) {
                var one = next(A, 0);
                var two = next(B, 0);
                taken =
                        List.of(
                                callers.submit(() -> bounded.storageEngine().appendEvents(one)),
                                callers.submit(() -> bounded.storageEngine().appendEvents(two)));
                await().untilAsserted(
                                () ->
                                        assertThatThrownBy(
                                                        () ->
                                                                bounded.storageEngine()
                                                                        .appendEvents(next(C, 1)))
                                                .isInstanceOf(LogOverloaded.class));
            }
            for (var append : taken) {
                append.get();
            }
        }
        assertThat(count("count(*)")).isEqualTo(2);
    }

    @Test
    void tellsAnInterruptedCallerWhatBecameOfTheAppend() throws Exception {
        var flagged = new AtomicBoolean();
        var underWay = next(A, 0);
        var failures = ConcurrentHashMap.<Throwable>newKeySet();
        Thread first;
        Thread second;
        try (var unused = Locks.hold(database)) {
            first =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        log.storageEngine().appendEvents(underWay);
                                        flagged.set(Thread.currentThread().isInterrupted());
                                    });
            await().until(() -> Locks.waiting(database) == 1);
            var queued = next(B, 0);
            second =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            log.storageEngine().appendEvents(queued);
                                        } catch (EventStoreException e) {
                                            failures.add(e);
                                        }
                                    });
            first.interrupt();
            second.interrupt();
            second.join();
        }
        first.join();

        assertThat(flagged).isTrue();
        assertThat(failures).singleElement().asString().contains("nothing is stored");
        assertThat(log.storageEngine().lastSequenceNumberFor(A)).hasValue(0L);
        assertThat(log.storageEngine().lastSequenceNumberFor(B)).isEmpty();
    }

    @Test
    void withdrawsWhatCouldNotBeWrittenInTime() throws Exception {
        var hasty =
                new EventLogSettings(
                        10, 10, 1_000_000, Duration.ofMillis(300), Duration.ofSeconds(1));
        try (var bounded = new PostgresEventLog(connections, hasty);
                var unused = Locks.hold(database)) {
            assertThatThrownBy(() -> bounded.storageEngine().appendEvents(next(A, 0)))
                    .isInstanceOf(LogUnavailable.class);
            assertThatThrownBy(() -> bounded.storageEngine().appendEvents(next(B, 0)))
                    .isInstanceOfSatisfying(
                            LogUnavailable.class, e -> assertThat(e.outcomeKnown()).isTrue());
        }
    }

    @Test
    void writesWhatWaitsBeforeItCloses() throws Exception {
        var appends = new ArrayList<Future<?>>();
        Thread closing;
        try (var unused = Locks.hold(database)) {
            appends.add(submit(next(A, 0)));
            await().until(() -> Locks.waiting(database) == 1);
            for (int i = 0; i < 5; i++) {
                appends.add(submit(next(RandomEvents.id("x" + i), 0)));
            }
            await().until(() -> log.pendingAppends() == 6);
            closing = Thread.ofVirtual().start(log::close);
        }
        for (var append : appends) {
            append.get();
        }
        closing.join();

        assertThat(count("count(*)")).isEqualTo(6);
        assertThatThrownBy(() -> log.storageEngine().appendEvents(next(B, 0)))
                .isInstanceOfSatisfying(
                        LogUnavailable.class, e -> assertThat(e.outcomeKnown()).isTrue());
    }

    @Test
    void outlivesAWriterThatFreezesWithTheLock() throws Exception {
        try (var frozen = DriverManager.getConnection(database.jdbcUrl());
                var statement = frozen.createStatement()) {
            WriterSession.limit(frozen);
            frozen.setAutoCommit(false);
            statement.execute("SELECT pg_advisory_xact_lock(%d)".formatted(WriterSession.LOCK));

            log.storageEngine().appendEvents(next(A, 0));

            assertThat(frozen.isValid(1)).isFalse();
        }
    }

    @Test
    void losesNothingAndStoresNothingTwiceWhileItsConnectionIsKilled() throws Exception {
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        var stop = new AtomicBoolean();
        var writers = new ArrayList<Future<?>>();
        for (int i = 0; i < 8; i++) {
            var aggregate = RandomEvents.id("writer" + i);
            writers.add(callers.submit(() -> appendUntil(stop, aggregate, acknowledged)));
        }
        int killed = 0;
        while (killed < 30) {
            int before = acknowledged.size();
            killed +=
                    Locks.number(
                            database,
                            """
                            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                            WHERE application_name = '%s' AND datname = current_database()
                            """
                                    .formatted(WriterSession.NAME));
            await().until(() -> acknowledged.size() > before);
        }
        stop.set(true);
        for (var writer : writers) {
            writer.get();
        }

        var stored =
                log.storageEngine().readEvents(null, false).map(e -> e.getIdentifier()).toList();
        assertThat(stored).doesNotHaveDuplicates().containsAll(acknowledged);
        assertThat(count("count(*) - max(position)")).isZero();
        assertThat(
                        Locks.number(
                                database,
                                """
                                SELECT count(*) FROM (SELECT FROM events GROUP BY aggregate_id
                                    HAVING count(*) <> max(sequence) + 1)
                                """))
                .isZero();
    }

    private void appendUntil(AtomicBoolean stop, String aggregate, Set<String> acknowledged) {
        var random = new RandomEvents(aggregate.hashCode());
        long sequence = 0;
        while (!stop.get()) {
            var event = RandomEvents.message(aggregate, sequence, random.any());
            try {
                log.storageEngine().appendEvents(event);
                acknowledged.add(event.getIdentifier());
                sequence++;
            } catch (LogUnavailable e) {
                sequence = log.storageEngine().lastSequenceNumberFor(aggregate).orElse(-1L) + 1;
            }
        }
    }

    @Test
    void recoversFromADatabaseThatWasAwayOrReadOnly() throws Exception {
        try (var hasty = new PostgresEventLog(connections, HASTY)) {
            hasty.storageEngine().appendEvents(next(A, 0));

            for (var trouble :
                    List.of("ALLOW_CONNECTIONS false", "SET default_transaction_read_only = on")) {
                alterDatabase(trouble);
                assertThatThrownBy(() -> hasty.storageEngine().appendEvents(next(B, 0)))
                        .isInstanceOf(LogUnavailable.class);
                alterDatabase("ALLOW_CONNECTIONS true");
                alterDatabase("RESET default_transaction_read_only");
            }

            await().ignoreExceptionsInstanceOf(LogUnavailable.class)
                    .until(
                            () -> {
                                hasty.storageEngine().appendEvents(next(B, 0));
                                return true;
                            });
        }
        assertThat(count("count(*)")).isEqualTo(2);
    }

    @Test
    void leavesASessionThatOnlyLetsRead() throws Exception {
        try (var pooled = new PostgresEventLog(database.dataSource(), HASTY)) {
            pooled.storageEngine().appendEvents(next(A, 0));
            alterDatabase("SET default_transaction_read_only = on");
            await().untilAsserted(
                            () ->
                                    assertThatThrownBy(
                                                    () ->
                                                            pooled.storageEngine()
                                                                    .appendEvents(next(B, 0)))
                                            .isInstanceOfSatisfying(
                                                    LogUnavailable.class,
                                                    e -> assertThat(e.outcomeKnown()).isTrue())
                                            .rootCause()
                                            .isInstanceOfSatisfying(
                                                    SQLException.class,
                                                    e ->
                                                            assertThat(e.getSQLState())
                                                                    .isEqualTo("25006")));

            // The sessions that the pool has meanwhile opened stay as they are.
            execute("ALTER DATABASE %s RESET default_transaction_read_only");

            await().ignoreExceptionsInstanceOf(LogUnavailable.class)
                    .until(
                            () -> {
                                pooled.storageEngine().appendEvents(next(B, 0));
                                return true;
                            });
        }
        assertThat(count("count(*)")).isEqualTo(2);
    }

    @Test
    void recoversFromAFullDisk() throws Exception {
        log.storageEngine().appendEvents(next(A, 0));

        try (var unused = FullDisk.of(database)) {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> log.storageEngine().appendEvents(next(B, 0)))
                        .isInstanceOfSatisfying(
                                LogUnavailable.class, e -> assertThat(e.outcomeKnown()).isTrue())
                        .rootCause()
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("53100"));
            }
        }

        log.storageEngine().appendEvents(next(B, 0));
        assertThat(count("count(*)")).isEqualTo(2);
    }

    @Test
    void isUnavailableWhereARightIsMissing() throws Exception {
        var user = new PGSimpleDataSource();
        user.setUrl(database.jdbcUrl());
        user.setUser(database.serviceUser());
        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement();
                var limited = new PostgresEventLog(user)) {
            statement.execute("SELECT grant_to_service('%s')".formatted(database.serviceUser()));
            limited.storageEngine().appendEvents(next(A, 0));
            statement.execute("REVOKE INSERT ON events FROM " + database.serviceUser());

            assertThatThrownBy(() -> limited.storageEngine().appendEvents(next(B, 0)))
                    .isInstanceOf(LogUnavailable.class);

            statement.execute("SELECT grant_to_service('%s')".formatted(database.serviceUser()));
            limited.storageEngine().appendEvents(next(B, 0));
        }
    }

    @Test
    void tellsWhatItDoes() throws Exception {
        var told = new ConcurrentLinkedQueue<String>();
        var listener =
                new LogListener() {
                    @Override
                    public void onWritten(
                            int appends, int events, int conflicts, Duration duration) {
                        assertThat(duration).isPositive();
                        told.add("%d, %d, %d".formatted(appends, events, conflicts));
                    }

                    @Override
                    public void onFailed(Failure reason) {
                        told.add(reason.name());
                    }
                };
        try (var watched = new PostgresEventLog(connections, EventLogSettings.DEFAULT, listener)) {
            watched.storageEngine().appendEvents(next(A, 0), next(A, 1), next(B, 0));
            assertThatThrownBy(() -> watched.storageEngine().appendEvents(next(A, 1)))
                    .isInstanceOf(ConcurrencyException.class);
            try (var unused = FullDisk.of(database)) {
                assertThatThrownBy(() -> watched.storageEngine().appendEvents(next(C, 0)))
                        .isInstanceOf(LogUnavailable.class);
            }
        }

        assertThat(told).containsExactly("1, 3, 0", "0, 0, 1", "UNABLE");
    }

    /** Alters the database from outside and ends the sessions in it. */
    private void alterDatabase(String change) throws SQLException {
        execute("ALTER DATABASE %s " + change);
        execute(
                """
                SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '%s'
                """);
    }

    /** Executes a statement on the name of the database, from beside it. */
    private void execute(String statementOnName) throws SQLException {
        var url = database.jdbcUrl();
        var name = url.replaceAll(".*/(test_\\d+).*", "$1");
        try (var connection = DriverManager.getConnection(url.replace(name, "postgres"));
                var statement = connection.createStatement()) {
            statement.execute(statementOnName.formatted(name));
        }
    }

    @SafeVarargs
    private Future<?> submit(DomainEventMessage<Message>... append) {
        return callers.submit(() -> log.storageEngine().appendEvents(append));
    }

    private int count(String expression) throws SQLException {
        return Locks.number(database, "SELECT %s FROM events".formatted(expression));
    }

    private DomainEventMessage<Message> next(String aggregateId, long sequence) {
        return RandomEvents.message(aggregateId, sequence, events.any());
    }

    private static PGSimpleDataSource source(TestDatabase database) {
        var source = new PGSimpleDataSource();
        source.setUrl(database.jdbcUrl());
        return source;
    }
}
