package tools.choco.onboarding.bench.reading;

import com.google.protobuf.Message;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.Segment;
import org.axonframework.eventhandling.pooled.PooledStreamingEventProcessor;
import org.axonframework.messaging.StreamableMessageSource;
import tools.choco.onboarding.bench.database.Database;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.eventlog.PostgresEventStore;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.projection.Coordinators;

/**
 * A read model as most are written: Axon's pooled processor, and a handler with one upsert an
 * event, into a table with far fewer columns than ours. Its coordinator does not pause as Axon's
 * does: that would only help us.
 */
final class Upserting implements AutoCloseable {

    private static final int CONNECTIONS = 8;
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final Database database;
    private final HikariDataSource pool;
    private final EventLog log;
    private final PostgresEventStore store;
    private final Coordinators coordinators = new Coordinators(1, Executors.defaultThreadFactory());
    private final ScheduledExecutorService workers = Executors.newScheduledThreadPool(1);

    Upserting(Database database) throws SQLException {
        this.database = database;
        pool = database.pool(CONNECTIONS);
        log = new EventLog(pool);
        store = log.eventStore();
        execute(
                """
                CREATE TABLE upserted (
                    session_id    text        PRIMARY KEY,
                    user_id       text        NOT NULL,
                    last_event    text        NOT NULL,
                    events        bigint      NOT NULL,
                    started_at    timestamptz NOT NULL,
                    last_event_at timestamptz NOT NULL
                )
                """);
        execute("CREATE INDEX ON upserted (started_at DESC, session_id DESC)");
        execute("CREATE INDEX ON upserted (user_id, started_at DESC, session_id DESC)");
    }

    /** Applies so many events from the start of the log; events a second. */
    double perSecond(long events, int eventsPerBatch) throws SQLException, InterruptedException {
        execute("TRUNCATE upserted");
        var handler = new Handler(events);
        var processor =
                PooledStreamingEventProcessor.builder()
                        .name("upserts-" + UUID.randomUUID())
                        .eventHandlerInvoker(handler)
                        .errorHandler(PropagatingErrorHandler.instance())
                        .messageSource(store)
                        .tokenStore(log.tokenStore("bench", Duration.ofSeconds(10)))
                        .transactionManager(log.transactions())
                        .coordinatorExecutor(coordinators)
                        .workerExecutor(workers)
                        .initialToken(StreamableMessageSource::createTailToken)
                        .initialSegmentCount(1)
                        .batchSize(eventsPerBatch)
                        .build();
        long begin = System.nanoTime();
        processor.start();
        try {
            if (!handler.done.await(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("The processor stands still");
            }
            return Sink.perSecond(events, events, begin);
        } finally {
            processor.shutDown();
        }
    }

    private void execute(String sql) throws SQLException {
        try (var connection = database.connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        coordinators.shutdownNow();
        workers.shutdownNow();
        store.shutDown();
        log.close();
        pool.close();
    }

    private final class Handler implements EventHandlerInvoker {

        private final CountDownLatch done = new CountDownLatch(1);
        private long left;

        Handler(long events) {
            left = events;
        }

        @Override
        public boolean canHandle(EventMessage<?> message, Segment segment) {
            return true;
        }

        @Override
        public void handle(EventMessage<?> message, Segment segment) throws SQLException {
            var event = (Message) message.getPayload();
            var type = EventType.of(event);
            if (type.isOfSessionOrSite()) {
                upsert(event, type);
            }
            if (--left == 0) {
                done.countDown();
            }
        }

        private void upsert(Message event, EventType type) throws SQLException {
            try (var statement =
                    log.transactions()
                            .current()
                            .prepareStatement(
                                    """
                                    INSERT INTO upserted VALUES (?, ?, ?, 1, ?, ?)
                                    ON CONFLICT (session_id) DO UPDATE SET
                                        last_event = EXCLUDED.last_event,
                                        events = upserted.events + 1,
                                        last_event_at = EXCLUDED.last_event_at
                                    """)) {
                var at = EventFields.occurredAt(event).atOffset(ZoneOffset.UTC);
                statement.setString(1, EventFields.sessionId(event));
                statement.setString(2, EventFields.userId(event));
                statement.setString(3, type.wireName());
                statement.setObject(4, at);
                statement.setObject(5, at);
                statement.executeUpdate();
            }
        }

        @Override
        public boolean supportsReset() {
            return false;
        }

        @Override
        public void performReset() {
            throw new UnsupportedOperationException();
        }

        @Override
        public <R> void performReset(R context) {
            throw new UnsupportedOperationException();
        }
    }
}
