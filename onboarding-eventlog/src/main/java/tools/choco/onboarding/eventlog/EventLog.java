package tools.choco.onboarding.eventlog;

import java.time.Duration;
import javax.sql.DataSource;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.eventhandling.tokenstore.jdbc.JdbcTokenStore;
import org.axonframework.eventhandling.tokenstore.jdbc.TokenSchema;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;

/**
 * The event log of one database, as the parts that Axon is configured with.
 *
 * <p>An append is all events of its unit of work, of however many aggregates, or nothing; it is
 * durable when it returns. It belongs to no transaction: also where {@link #transactions()} has one
 * open on the calling thread, the events are true from then on, and stay so if that is rolled back.
 * Whoever sends from within a transaction therefore sends again after a roll-back, and the receiver
 * has to know what it has done already. An append that lost a race to another stores nothing and
 * fails with {@link org.axonframework.modelling.command.ConcurrencyException}, also when it would
 * have created the aggregate; no other failure may be tried again blindly. {@link LogOverloaded}
 * and {@link LogUnavailable} pass.
 *
 * <p>The log takes one connection of the source for its writer and one to listen for other
 * processes, both when they are first needed and until {@link #close()}; now and then it takes
 * another for a moment. The tables are those of the migrations in {@code db/migration}.
 */
public final class EventLog implements AutoCloseable {

    private static final TokenSchema TOKENS =
            TokenSchema.builder()
                    .setTokenTable("token_entry")
                    .setProcessorNameColumn("processor_name")
                    .setSegmentColumn("segment")
                    .setTokenColumn("token")
                    .setTokenTypeColumn("token_type")
                    .setTimestampColumn("time_stamp")
                    .setOwnerColumn("owner")
                    .build();

    private final JdbcTransactionManager transactions;
    private final EventSerializer serializer = new EventSerializer();
    private final AppendSignal signal = new AppendSignal();
    private final Notifications notifications;
    private final LogWriter writer;
    private final PostgresEventStorageEngine storageEngine;
    private final PostgresLogReader reader;

    /** A log with the {@linkplain EventLogSettings#DEFAULT usual settings}. */
    public EventLog(DataSource dataSource) {
        this(dataSource, EventLogSettings.DEFAULT);
    }

    /** A log that nobody watches. */
    public EventLog(DataSource dataSource, EventLogSettings settings) {
        this(dataSource, settings, LogListener.NONE);
    }

    /**
     * @param dataSource connections to PostgreSQL 17 or later, with isolation READ COMMITTED. Set
     *     {@code logServerErrorDetail=false} on the driver, or the exceptions of failed appends
     *     quote the rows.
     */
    public EventLog(DataSource dataSource, EventLogSettings settings, LogListener listener) {
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

    /** The transactions to which the tokens belong, and reads; an append never does. */
    public JdbcTransactionManager transactions() {
        return transactions;
    }

    /** The serializer of events, metadata, tokens and sagas. */
    public EventSerializer serializer() {
        return serializer;
    }

    /** The storage below {@link #eventStore()}. */
    public EventStorageEngine storageEngine() {
        return storageEngine;
    }

    /** The log itself, in order and by ranges; each reading takes a connection of the source. */
    public LogReader reader() {
        return reader;
    }

    /** Reads the events of a few aggregates. */
    public AggregateReader aggregates() {
        return storageEngine;
    }

    /** Tells that the log may have grown; from the first call on also what others append. */
    public LogSignal growth() {
        notifications.listen();
        return new LogSignal() {
            @Override
            public long count() {
                return signal.count();
            }

            @Override
            public boolean awaitAfter(long known, Duration atMost) throws InterruptedException {
                return signal.awaitAfter(known, atMost.toNanos());
            }
        };
    }

    /** A new event store; whoever asks for it also shuts it down. */
    public PostgresEventStore eventStore() {
        return PostgresEventStore.over(storageEngine, signal, notifications::listen);
    }

    /**
     * The positions of the event processors.
     *
     * @param nodeId name under which this process claims segments, unique among the processes
     * @param claimTimeout time after which a claim that was not renewed is free for others
     */
    public TokenStore tokenStore(String nodeId, Duration claimTimeout) {
        return JdbcTokenStore.builder()
                .connectionProvider(transactions)
                .serializer(serializer)
                .schema(TOKENS)
                .contentType(byte[].class)
                .nodeId(nodeId)
                .claimTimeout(claimTimeout)
                .build();
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
