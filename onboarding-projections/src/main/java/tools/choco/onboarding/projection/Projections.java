package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.axonframework.common.transaction.TransactionManager;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.pooled.PooledStreamingEventProcessor;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.messaging.StreamableMessageSource;

/** Makes the processors that feed projections from one log into one database. */
public final class Projections {

    private final StreamableMessageSource<TrackedEventMessage<?>> log;
    private final TokenStore tokens;
    private final TransactionManager transactions;
    private final Supplier<Connection> connection;
    private final ScheduledExecutorService coordinators;
    private final ScheduledExecutorService workers;
    private final ProjectionSettings settings;

    /**
     * @param log the event store
     * @param tokens token store that works in {@code transactions}
     * @param transactions transactions of the database that holds the read models
     * @param connection the connection of the current transaction of {@code transactions}
     * @param coordinators threads that read the log; shut down by whoever made them
     * @param workers threads that apply batches, at least as many as segments work at once; shut
     *     down by whoever made them
     */
    public Projections(
            StreamableMessageSource<TrackedEventMessage<?>> log,
            TokenStore tokens,
            TransactionManager transactions,
            Supplier<Connection> connection,
            ScheduledExecutorService coordinators,
            ScheduledExecutorService workers,
            ProjectionSettings settings) {
        this.log = log;
        this.tokens = tokens;
        this.transactions = transactions;
        this.connection = connection;
        this.coordinators = coordinators;
        this.workers = workers;
        this.settings = settings;
    }

    /**
     * Has a processor begin after a position instead of at the start of the log; does nothing if
     * the processor has tokens already.
     */
    void beginAfter(long position, Generation generation) {
        transactions.executeInTransaction(
                () -> {
                    if (tokens.fetchSegments(generation.name()).length == 0) {
                        tokens.initializeTokenSegments(
                                generation.name(),
                                settings.segments(),
                                new GlobalSequenceTrackingToken(position));
                    }
                });
    }

    /** A processor for a generation, not yet started; at most one of each in a process. */
    public ProjectionProcessor processorFor(Projection projection, Generation generation) {
        ProjectionInvoker invoker = new ProjectionInvoker(projection, generation, connection);
        return new ProjectionProcessor(
                generation,
                invoker,
                PooledStreamingEventProcessor.builder()
                        .name(generation.name())
                        .eventHandlerInvoker(invoker)
                        .errorHandler(invoker)
                        .messageSource(log)
                        .tokenStore(tokens)
                        .transactionManager(transactions)
                        .coordinatorExecutor(coordinators)
                        .workerExecutor(workers)
                        .initialToken(StreamableMessageSource::createTailToken)
                        .initialSegmentCount(settings.segments())
                        .batchSize(settings.eventsPerBatchMax())
                        .tokenClaimInterval(settings.claimInterval().toMillis())
                        .claimExtensionThreshold(settings.claimExtension().toMillis())
                        .build());
    }
}
