package tools.choco.onboarding.eventlog;

import java.time.Duration;
import javax.sql.DataSource;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.eventhandling.tokenstore.jdbc.JdbcTokenStore;
import org.axonframework.eventhandling.tokenstore.jdbc.TokenSchema;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;

/**
 * The event log of one database, as the parts that Axon is configured with.
 *
 * <p>An append is one transaction with all events of its unit of work, of however many aggregates;
 * it is durable when it returns. The exception is a unit of work that has a transaction of this
 * log's {@link #transactions()} attached: its events then commit with that. An append that lost a
 * race to another stores nothing and fails with {@link
 * org.axonframework.modelling.command.ConcurrencyException}, also when it would have created the
 * aggregate; any other failure of an append is an {@link
 * org.axonframework.eventsourcing.eventstore.EventStoreException}, after which it may have been
 * stored.
 *
 * <p>The tables are those of the migrations in {@code db/migration}.
 */
public final class EventLog {

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
    private final EventStorageEngine storageEngine;

    /**
     * @param dataSource connections with isolation READ COMMITTED. Set {@code
     *     logServerErrorDetail=false} on the driver, or the exceptions of failed appends quote the
     *     rows.
     */
    public EventLog(DataSource dataSource) {
        transactions = new JdbcTransactionManager(dataSource);
        storageEngine = new LogStorageEngine(transactions, serializer);
    }

    /** The transactions to which all of the log's work belongs. */
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

    /** A new event store; whoever asks for it also shuts it down. */
    public EmbeddedEventStore eventStore() {
        return EmbeddedEventStore.builder().storageEngine(storageEngine).build();
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
}
