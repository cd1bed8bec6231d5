package tools.choco.onboarding.projection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.axonframework.eventhandling.DomainEventMessage;
import tools.choco.onboarding.eventlog.LogReader;
import tools.choco.onboarding.eventlog.LoggedRow;
import tools.choco.onboarding.eventlog.PostgresEventLog;
import tools.choco.onboarding.eventlog.PostgresEventStore;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.eventlog.testing.TestDatabase;
import tools.choco.onboarding.events.EventFields;

/** A database with an event log, and the processors that feed projections from it. */
public final class ReadModels implements AutoCloseable {

    private static final ProjectionSettings SETTINGS =
            new ProjectionSettings(100, 1, Duration.ofMillis(50), Duration.ofSeconds(5));

    private final TestDatabase database = TestDatabase.create();
    private final PostgresEventLog log = new PostgresEventLog(database.dataSource());
    private final PostgresEventStore events = log.eventStore();
    private final ScheduledExecutorService coordinators =
            Executors.newSingleThreadScheduledExecutor();
    private final ScheduledExecutorService workers = Executors.newScheduledThreadPool(2);

    public DataSource dataSource() {
        return database.dataSource();
    }

    /** The tables of a projection's generation that is served, made if they are not there. */
    public Generation serve(Projection projection) {
        Generations generations = new Generations(dataSource());
        generations.ensure(projection);
        GenerationStatus first = generations.of(projection.name()).getFirst();
        if (first.building()) {
            generations.built(first.generation());
            generations.serve(first.generation());
        }
        return first.generation();
    }

    /**
     * A processor of the served generation with small batches, which is stopped with the read
     * models.
     */
    public ProjectionProcessor processorFor(Projection projection, int segments) {
        return processors(segments).processorFor(projection, serve(projection));
    }

    private Projections processors(int segments) {
        return new Projections(
                events,
                log.tokenStore("test", Duration.ofSeconds(10)),
                log.transactions(),
                log.transactions()::current,
                coordinators,
                workers,
                new ProjectionSettings(
                        SETTINGS.eventsPerBatchMax(),
                        segments,
                        SETTINGS.claimInterval(),
                        SETTINGS.claimExtension()));
    }

    /** What looks after some projections' generations; whoever asks stops it. */
    public ReadModelKeeper keeper(
            List<Projection> projections, boolean switchesAlone, int eventsPerBatchMax) {
        return new ReadModelKeeper(
                dataSource(),
                new ReaderSource(log.reader()),
                processors(1),
                projections,
                switchesAlone,
                eventsPerBatchMax,
                running -> {});
    }

    /** What operators do with those projections. */
    public Replays replays(List<Projection> projections) {
        return new Replays(dataSource(), new ReaderSource(log.reader()), projections);
    }

    /** Appends a history, one append an event. */
    public void append(List<History.Entry> history) {
        for (History.Entry entry : history) {
            DomainEventMessage<?> message =
                    RandomEvents.message(entry.aggregateId(), entry.sequence(), entry.event());
            events.publish(message);
        }
    }

    /** Applies events as one batch in a transaction, without a processor. */
    public void apply(Projection projection, List<LoggedEvent> batch) {
        Generation generation = serve(projection);
        inTransaction(
                connection -> {
                    SearchPath.set(connection, generation);
                    projection.apply(connection, batch);
                });
    }

    /** Adds batches to a bulk load of the served generation, and writes them in a transaction. */
    public void load(Projection projection, Bulk bulk, List<List<LoggedEvent>> batches) {
        Generation generation = serve(projection);
        inTransaction(
                connection -> {
                    SearchPath.set(connection, generation);
                    for (List<LoggedEvent> batch : batches) {
                        bulk.add(connection, batch);
                    }
                    bulk.flush(connection);
                });
    }

    /** Runs a statement. */
    public void execute(String sql) {
        inTransaction(
                connection -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute(sql);
                    }
                });
    }

    /** Applies events in a transaction that is rolled back, as by a crash before its commit. */
    public void applyInVain(Projection projection, List<LoggedEvent> batch) {
        Generation generation = serve(projection);
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            SearchPath.set(connection, generation);
            projection.apply(connection, batch);
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes a session out of the served generation and applies its events anew. */
    public void replay(Projection projection, List<LoggedEvent> events) {
        Generation generation = serve(projection);
        inTransaction(
                connection -> {
                    SearchPath.set(connection, generation);
                    assertThat(projection.forget(connection, events)).isTrue();
                    projection.apply(connection, events);
                });
    }

    /** Fills the emptied served generation with batches, as a rebuild does. */
    public void rebuild(Projection projection, List<List<LoggedEvent>> batches) {
        clear(projection);
        Generation generation = serve(projection);
        Bulk bulk = projection.bulk();
        for (List<LoggedEvent> batch : batches) {
            load(projection, bulk, List.of(batch));
        }
        inTransaction(
                connection -> {
                    SearchPath.set(connection, generation);
                    bulk.end(connection);
                });
    }

    /** Empties the served generation in a transaction, without a processor. */
    public void clear(Projection projection) {
        Generation generation = serve(projection);
        inTransaction(
                connection -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("DROP SCHEMA " + generation.name() + " CASCADE");
                        statement.execute("CREATE SCHEMA " + generation.name());
                        SearchPath.set(connection, generation);
                        statement.execute(projection.tables());
                    }
                });
    }

    /** Waits until a projection has applied everything in the log. */
    public void awaitCaughtUp(Projection projection) {
        String head = text("SELECT max(position)::text FROM events");
        String applied =
                "SELECT max(position)::text FROM projection_progress WHERE projection = '%s'"
                        .formatted(serve(projection).name());
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(text(applied)).isEqualTo(head));
    }

    /** All rows of a table as JSON, in the order of a column. */
    public String rows(String table, String order) {
        return text(
                "SELECT coalesce(json_agg(t ORDER BY %s), '[]')::text FROM %s t"
                        .formatted(order, table));
    }

    /**
     * The single text that a query over the served generations answers; empty if it answers null.
     */
    public String text(String sql) {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET search_path TO sessionview_g1, funnel_g1, siteview_g1, public");
            ResultSet row = statement.executeQuery(sql);
            row.next();
            String text = row.getString(1);
            statement.execute("RESET search_path");
            return text == null ? "" : text;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        coordinators.shutdownNow();
        workers.shutdownNow();
        events.shutDown();
        log.close();
        database.close();
    }

    /** The log for rebuilds. */
    record ReaderSource(LogReader reader) implements LogSource {

        @Override
        public long head() {
            return reader.head();
        }

        @Override
        public void read(
                long after,
                long upTo,
                int eventsPerBatchMax,
                Consumer<List<LoggedEvent>> consumer) {
            reader.read(
                    after,
                    upTo,
                    eventsPerBatchMax,
                    rows -> consumer.accept(rows.stream().map(ReaderSource::event).toList()));
        }

        @Override
        public List<LoggedEvent> ofSession(String sessionId) {
            List<LoggedEvent> events = new ArrayList<>();
            read(
                    0,
                    Long.MAX_VALUE,
                    1_000,
                    batch ->
                            batch.stream()
                                    .filter(it -> it.sessionId().equals(sessionId))
                                    .forEach(events::add));
            return events;
        }

        private static LoggedEvent event(LoggedRow row) {
            Message payload = row.event();
            return new LoggedEvent(
                    row.position(),
                    row.aggregateId().toString(),
                    row.sequence(),
                    row.eventId().toString(),
                    payload,
                    LoggedEvent.sessionOf(payload),
                    EventFields.occurredAt(payload),
                    row.time());
        }
    }

    @FunctionalInterface
    private interface Work {
        void with(Connection connection) throws SQLException;
    }

    private void inTransaction(Work work) {
        try (Connection connection = database.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            try {
                work.with(connection);
                connection.commit();
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
