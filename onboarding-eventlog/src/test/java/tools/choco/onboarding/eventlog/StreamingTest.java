package tools.choco.onboarding.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Message;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventhandling.SimpleEventHandlerInvoker;
import org.axonframework.eventhandling.async.SequentialPerAggregatePolicy;
import org.axonframework.eventhandling.pooled.PooledStreamingEventProcessor;
import org.axonframework.messaging.StreamableMessageSource;
import org.axonframework.messaging.annotation.MessageIdentifier;
import org.axonframework.messaging.unitofwork.RollbackConfigurationType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.eventlog.testing.TestDatabase;

/** Axon's pooled processor over the log, with a handler that writes in the token's transaction. */
class StreamingTest {

    private static final int AGGREGATES = 5;
    private static final int EVENTS_EACH = 20;
    private static final int SEGMENTS = 2;

    private final TestDatabase database = TestDatabase.create();
    private final PostgresEventLog log = new PostgresEventLog(database.dataSource());
    private final PostgresEventStore store = log.eventStore();
    private final ScheduledExecutorService coordinator =
            Executors.newScheduledThreadPool(1, Thread.ofVirtual().factory());
    private final ScheduledExecutorService workers =
            Executors.newScheduledThreadPool(SEGMENTS, Thread.ofVirtual().factory());
    private final List<DomainEventMessage<Message>> appended = new ArrayList<>();

    @BeforeEach
    void append() throws SQLException {
        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE seen (at bigserial, id text)");
        }
        var events = new RandomEvents(3);
        for (int sequence = 0; sequence < EVENTS_EACH; sequence++) {
            for (int aggregate = 0; aggregate < AGGREGATES; aggregate++) {
                appended.add(
                        RandomEvents.message(
                                RandomEvents.id("a" + aggregate), sequence, events.any()));
            }
        }
        appended.forEach(store::publish);
    }

    @AfterEach
    void close() {
        coordinator.shutdownNow();
        workers.shutdownNow();
        store.shutDown();
        log.close();
        database.close();
    }

    @Test
    void writesRowsAndTokenTogetherAlsoAfterAFailure() {
        var processor = processor(new FailsOnce(log.transactions()));
        processor.start();

        await().untilAsserted(() -> assertThat(seen()).hasSize(appended.size()));

        processor.shutDown();
        assertThat(seen())
                .containsExactlyInAnyOrderElementsOf(
                        appended.stream().map(DomainEventMessage::getIdentifier).toList());
    }

    @Test
    void goesOnWhereItStopped() {
        var first = processor(new Recorder(log.transactions()));
        first.start();
        await().untilAsserted(() -> assertThat(seen()).hasSize(appended.size()));
        first.shutDown();

        var later = RandomEvents.message(RandomEvents.id("later"), 0, new RandomEvents(4).any());
        store.publish(later);
        var second = processor(new Recorder(log.transactions()));
        second.start();
        await().untilAsserted(() -> assertThat(seen()).hasSize(appended.size() + 1));
        second.shutDown();

        assertThat(seen()).last().isEqualTo(later.getIdentifier());
    }

    private PooledStreamingEventProcessor processor(Recorder handler) {
        TransactionManager transactions = log.transactions();
        return PooledStreamingEventProcessor.builder()
                .name("recorder")
                .eventHandlerInvoker(
                        SimpleEventHandlerInvoker.builder()
                                .eventHandlers(handler)
                                .listenerInvocationErrorHandler(PropagatingErrorHandler.instance())
                                .sequencingPolicy(new SequentialPerAggregatePolicy())
                                .build())
                .rollbackConfiguration(RollbackConfigurationType.ANY_THROWABLE)
                .errorHandler(PropagatingErrorHandler.instance())
                .messageSource(store)
                .tokenStore(log.tokenStore("node", Duration.ofSeconds(10)))
                .transactionManager(transactions)
                .coordinatorExecutor(coordinator)
                .workerExecutor(workers)
                .initialSegmentCount(SEGMENTS)
                .initialToken(StreamableMessageSource::createTailToken)
                .batchSize(7)
                .build();
    }

    private List<String> seen() {
        var ids = new ArrayList<String>();
        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT id FROM seen ORDER BY at")) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return ids;
    }

    static class Recorder {

        private final JdbcTransactionManager transactions;

        Recorder(JdbcTransactionManager transactions) {
            this.transactions = transactions;
        }

        @EventHandler
        void on(Message event, @MessageIdentifier String id, @SequenceNumber long sequence)
                throws SQLException {
            try (var statement =
                    transactions.current().prepareStatement("INSERT INTO seen (id) VALUES (?)")) {
                statement.setString(1, id);
                statement.executeUpdate();
            }
        }
    }

    static final class FailsOnce extends Recorder {

        private boolean failed;

        FailsOnce(JdbcTransactionManager transactions) {
            super(transactions);
        }

        @Override
        @EventHandler
        void on(Message event, @MessageIdentifier String id, @SequenceNumber long sequence)
                throws SQLException {
            super.on(event, id, sequence);
            synchronized (this) {
                if (!failed && sequence == 9) {
                    failed = true;
                    throw new IllegalStateException("Once");
                }
            }
        }
    }
}
