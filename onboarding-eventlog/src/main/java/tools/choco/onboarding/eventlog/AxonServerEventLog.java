package tools.choco.onboarding.eventlog;

import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.axonframework.axonserver.connector.AxonServerConnectionManager;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event log that Axon Server keeps, with its tokens and an index of its positions in
 * PostgreSQL.
 *
 * <p>It can be used while {@link #unavailability()} is empty; whatever is asked of it otherwise
 * fails with {@link LogUnavailable}, and nothing is asked of Axon Server. It waits for an Axon
 * Server that is away, and goes on by itself when that is back, provided that its log is the one
 * that the index in PostgreSQL is of.
 */
public final class AxonServerEventLog implements EventLog {

    private static final Logger LOG = LoggerFactory.getLogger(AxonServerEventLog.class);

    private final AxonServerLogSettings settings;
    private final String servers;
    private final JdbcTransactionManager transactions;
    private final EventSerializer serializer = new EventSerializer();
    private final AppendSignal signal = new AppendSignal();
    private final EventPositions positions;
    private final AxonServerEvents events;
    private final AxonServerLogReader reader;
    private final AxonServerStorageEngine storageEngine;
    private final AxonServerAggregates aggregates;
    private final Thread watch =
            Thread.ofVirtual().name("axon-server-watch").unstarted(this::watch);
    private volatile boolean closed;
    private long remindedAt;

    /**
     * @param dataSource connections to PostgreSQL 17 or later
     * @param connections to Axon Server; whoever made them shuts them down
     * @param servers where that is, for people
     */
    public AxonServerEventLog(
            DataSource dataSource,
            AxonServerConnectionManager connections,
            String servers,
            AxonServerLogSettings settings) {
        this.settings = settings;
        this.servers = servers;
        transactions = new JdbcTransactionManager(dataSource);
        positions = new EventPositions(dataSource);
        events = new AxonServerEvents(connections, serializer, settings);
        reader = new AxonServerLogReader(events, serializer, settings);
        storageEngine = new AxonServerStorageEngine(events, reader, serializer, signal::raise);
        aggregates = new AxonServerAggregates(events, storageEngine, reader, positions);
        remindedAt = System.nanoTime() - settings.reminderInterval().toNanos();
        events.setMissing(away());
        signal.start();
        watch.start();
    }

    @Override
    public Optional<String> unavailability() {
        return Optional.ofNullable(events.missing());
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

    @Override
    public LogReader reader() {
        return reader;
    }

    @Override
    public AggregateReader aggregates() {
        return aggregates;
    }

    @Override
    public LogSignal growth() {
        return signal;
    }

    @Override
    public EventStore eventStore() {
        return AxonServerStore.over(events, storageEngine);
    }

    @Override
    public Duration timeResolution() {
        return Duration.ofMillis(1);
    }

    @Override
    public void close() {
        closed = true;
        watch.interrupt();
        try {
            watch.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        signal.close();
    }

    private void watch() {
        long indexed = -1;
        while (!closed) {
            try {
                if (look() && events.head() != indexed) {
                    indexed = index();
                }
            } catch (RuntimeException failed) {
                lose("Axon Server at %s does not answer".formatted(servers));
                LOG.debug("The log was not looked at", failed);
            }
            // In every round, so that nobody sleeps for longer than one.
            signal.raise();
            try {
                Thread.sleep(settings.pollInterval());
            } catch (InterruptedException closing) {
                return;
            }
        }
    }

    /** Keeps the index near the head, so that readers find little to do; they fill it as well. */
    private long index() {
        try {
            aggregates.fill();
            return positions.filled();
        } catch (EventStoreException later) {
            LOG.debug("The index is not filled", later);
            return -1;
        }
    }

    /** Whether the log can be used. */
    private boolean look() {
        if (!events.isConnected()) {
            lose(away());
            return false;
        }
        if (events.missing() == null) {
            return true;
        }
        String strange = stranger();
        if (strange != null) {
            lose(strange);
            return false;
        }
        events.setMissing(null);
        remindedAt = System.nanoTime() - settings.reminderInterval().toNanos();
        LOG.warn("Axon Server at {} is there", servers);
        return true;
    }

    private void lose(String reason) {
        events.setMissing(reason);
        if (System.nanoTime() - remindedAt >= settings.reminderInterval().toNanos()) {
            remindedAt = System.nanoTime();
            LOG.warn("{}; waiting for it", reason);
        }
    }

    private String away() {
        return "Axon Server at %s is away".formatted(servers);
    }

    /** Holds the log against what the index knows of it; null if it is the same. */
    private @Nullable String stranger() {
        var last = positions.last();
        if (last.isEmpty()) {
            return null;
        }
        long position = last.get().position();
        if (events.headNow() >= position) {
            var stream = events.afterNow(position - 1);
            try {
                boolean[] same = new boolean[1];
                reader.take(
                        stream,
                        position - 1,
                        position,
                        (at, event) ->
                                same[0] = AxonServerAggregates.place(at, event).equals(last.get()));
                if (same[0]) {
                    return null;
                }
            } finally {
                stream.close();
            }
        }
        return "Axon Server at %s has another log than the one that this database is of, or an older state of it"
                .formatted(servers);
    }
}
