package tools.choco.onboarding.bench.reading;

import com.google.protobuf.Message;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
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
import tools.choco.onboarding.eventlog.PostgresEventLog;
import tools.choco.onboarding.eventlog.PostgresEventStore;
import tools.choco.onboarding.projection.Coordinators;

/**
 * Axon's pooled processor over the log, set up as the service sets up those of its read models. Its
 * coordinator does not pause as Axon's does.
 */
final class PooledReading implements AutoCloseable {

    private static final int CONNECTIONS = 8;
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final HikariDataSource pool;
    private final PostgresEventLog log;
    private final PostgresEventStore store;
    private final Coordinators coordinators = new Coordinators(1, Executors.defaultThreadFactory());
    private final ScheduledExecutorService workers = Executors.newScheduledThreadPool(1);

    PooledReading(Database database) {
        pool = database.pool(CONNECTIONS);
        log = new PostgresEventLog(pool);
        store = log.eventStore();
    }

    /** What a handler does with an event. */
    interface Work {
        void on(Message event) throws SQLException;
    }

    /** The connection of the batch that is worked on. */
    Connection connection() {
        return log.transactions().current();
    }

    /** Has a handler get so many events from the start of the log; events a second. */
    double perSecond(long events, int eventsPerBatch, Work work) throws InterruptedException {
        var counted = new Counted(work, events);
        var processor =
                PooledStreamingEventProcessor.builder()
                        .name("bench-" + UUID.randomUUID())
                        .eventHandlerInvoker(counted)
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
            if (!counted.done.await(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("The processor stands still");
            }
            return Sink.perSecond(events, events, begin);
        } finally {
            processor.shutDown();
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

    private static final class Counted implements EventHandlerInvoker {

        private final Work work;
        private final CountDownLatch done = new CountDownLatch(1);
        private long left;

        Counted(Work work, long events) {
            this.work = work;
            left = events;
        }

        @Override
        public boolean canHandle(EventMessage<?> message, Segment segment) {
            return true;
        }

        @Override
        public void handle(EventMessage<?> message, Segment segment) throws SQLException {
            work.on((Message) message.getPayload());
            if (--left == 0) {
                done.countDown();
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
