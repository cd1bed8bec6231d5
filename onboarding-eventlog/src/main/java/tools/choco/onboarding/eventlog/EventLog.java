package tools.choco.onboarding.eventlog;

import java.time.Duration;
import java.util.Optional;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.axonframework.eventsourcing.eventstore.EventStore;

/**
 * The event log, as the parts that Axon is configured with and the ports of those who read past
 * Axon. Wherever the events are, the tokens of those who follow them are in PostgreSQL, and a token
 * is a position: that of the last event taken, from 1, or 0 for the start of the log.
 *
 * <p>An append is all events of its unit of work, of however many aggregates, or nothing; it is
 * durable when it returns. It belongs to no transaction: also where {@link #transactions()} has one
 * open on the calling thread, the events are true from then on, and stay so if that is rolled back.
 * Whoever sends from within a transaction therefore sends again after a roll-back, and the receiver
 * has to know what it has done already. An append that lost a race to another stores nothing and
 * fails with {@link org.axonframework.modelling.command.ConcurrencyException}, also when it would
 * have created the aggregate; no other failure may be tried again blindly. {@link LogOverloaded}
 * and {@link LogUnavailable} pass.
 */
public interface EventLog extends AutoCloseable {

    /** The transactions to which the tokens belong; an append never does. */
    JdbcTransactionManager transactions();

    /** The serializer of events, metadata, tokens and sagas. */
    EventSerializer serializer();

    /** The storage below {@link #eventStore()}. */
    EventStorageEngine storageEngine();

    /** The log itself, in order and by ranges. */
    LogReader reader();

    /** Reads the events of a few aggregates. */
    AggregateReader aggregates();

    /** Tells that the log may have grown; from the first call on also what others append. */
    LogSignal growth();

    /**
     * A new event store; whoever asks for it also shuts it down. Its streams wake their readers:
     * those that block, and those that gave a callback.
     */
    EventStore eventStore();

    /**
     * Why the log cannot be used at present, for people; empty if it can, as far as is known
     * without asking.
     */
    default Optional<String> unavailability() {
        return Optional.empty();
    }

    /** The finest time that the log keeps: events are made with times no finer than that. */
    Duration timeResolution();

    /**
     * The positions of the event processors.
     *
     * @param nodeId name under which this process claims segments, unique among the processes
     * @param claimTimeout time after which a claim that was not renewed is free for others
     */
    default TokenStore tokenStore(String nodeId, Duration claimTimeout) {
        return TokenTable.store(transactions(), serializer(), nodeId, claimTimeout);
    }

    /**
     * Takes no more appends and gives back what it holds. The event stores are shut down before.
     */
    @Override
    void close();
}
