package tools.choco.onboarding.eventlog;

import java.util.List;
import java.util.function.Consumer;

/**
 * The log itself, for whoever reads much of it: rebuilds, streams, differences. Nothing of Axon's
 * is on the way, and nothing is decoded that is not asked for.
 *
 * <p>Threads may share a reader; ranges that do not overlap may be read side by side.
 */
public interface LogReader {

    /** The position of the last event; 0 if there is none. */
    long head();

    /**
     * Hands out, in order, the events after one position, up to and with another, as far as they
     * are there when the call begins. Returns when the last was handed out.
     *
     * @param after position before the first; 0 for the start of the log
     * @param upTo position of the last; {@link Long#MAX_VALUE} for the head of the log
     * @param rowsPerBatchMax rows in a batch; only the last one has fewer
     * @param consumer gets each batch, never an empty one, and may keep it; what it throws ends the
     *     reading and reaches the caller
     * @return position of the last event handed out; {@code after} if there was none
     * @throws org.axonframework.eventsourcing.eventstore.EventStoreException if the log cannot be
     *     read, or the thread was interrupted
     */
    long read(long after, long upTo, int rowsPerBatchMax, Consumer<List<LoggedRow>> consumer);
}
