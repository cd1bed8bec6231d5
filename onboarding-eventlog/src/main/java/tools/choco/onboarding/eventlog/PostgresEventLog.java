package tools.choco.onboarding.eventlog;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import javax.sql.DataSource;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;

/**
 * The event log of one PostgreSQL database.
 *
 * <p>It takes one connection of the source for its writer and one to listen for other processes,
 * both when they are first needed and until {@link #close()}; now and then it takes another for a
 * moment. The tables are those of the migrations in {@code db/migration}.
 */
public final class PostgresEventLog implements EventLog {

    private final JdbcTransactionManager transactions;
    private final EventSerializer serializer = new EventSerializer();
    private final AppendSignal signal = new AppendSignal();
    private final Notifications notifications;
    private final LogWriter writer;
    private final PostgresEventStorageEngine storageEngine;
    private final PostgresLogReader reader;

    /** A log with the {@linkplain EventLogSettings#DEFAULT usual settings}. */
    public PostgresEventLog(DataSource dataSource) {
        this(dataSource, EventLogSettings.DEFAULT);
    }

    /** A log that nobody watches. */
    public PostgresEventLog(DataSource dataSource, EventLogSettings settings) {
        this(dataSource, settings, LogListener.NONE);
    }

    /**
     * @param dataSource connections to PostgreSQL 17 or later, with isolation READ COMMITTED. Set
     *     {@code logServerErrorDetail=false} on the driver, or the exceptions of failed appends
     *     quote the rows.
     */
    public PostgresEventLog(
            DataSource dataSource, EventLogSettings settings, LogListener listener) {
        transactions = new JdbcTransactionManager(dataSource);
        notifications = new Notifications(dataSource, signal, settings.pollInterval());
        var kinds = new EventKinds();
        writer =
                new LogWriter(
                        dataSource,
                        kinds,
                        settings,
                        listener,
                        () -> {
                            signal.raise();
                            notifications.announce();
                        });
        storageEngine =
                new PostgresEventStorageEngine(transactions, serializer, kinds, writer, settings);
        reader = new PostgresLogReader(dataSource, serializer, kinds);
        signal.start();
        notifications.start();
        writer.start();
    }

    @Override
    public JdbcTransactionManager transactions() {
        return transactions;
    }

    @Override
    public EventSerializer serializer() {
        return serializer;
    }

    @Override
    public EventStorageEngine storageEngine() {
        return storageEngine;
    }

    /** Each reading takes a connection of the source. */
    @Override
    public LogReader reader() {
        return reader;
    }

    @Override
    public AggregateReader aggregates() {
        return storageEngine;
    }

    @Override
    public LogSignal growth() {
        notifications.listen();
        return signal;
    }

    @Override
    public PostgresEventStore eventStore() {
        return PostgresEventStore.over(storageEngine, signal, notifications::listen);
    }

    @Override
    public Duration timeResolution() {
        return Duration.of(1, ChronoUnit.MICROS);
    }

    /** How many appends wait or are under way at the moment, up to the settings' bound. */
    public int pendingAppends() {
        return writer.pending();
    }

    /**
     * Takes no more appends, writes what is waiting, and gives the connections back. The event
     * stores are shut down before.
     */
    @Override
    public void close() {
        writer.close();
        notifications.close();
        signal.close();
    }
}
