package tools.choco.onboarding.eventlog;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.axonframework.eventhandling.TrackedEventMessage;

/**
 * Finds the events of a few aggregates in the log, by an index and in log order. Every read sees
 * what is committed, and fails with an {@link
 * org.axonframework.eventsourcing.eventstore.EventStoreException} where the database does not
 * answer.
 */
public interface AggregateReader {

    /**
     * Position of an aggregate's event, by its sequence from 0; empty if there is no such event.
     */
    OptionalLong position(String aggregateId, long sequence);

    /**
     * Sequence, from 0, of the last event of each aggregate, in one query.
     *
     * @return by id; those that have no event are missing
     */
    Map<String, Long> lastSequences(Collection<String> aggregateIds);

    /**
     * Events of some aggregates, in log order.
     *
     * @param position those after it
     * @param aggregateIds ids in their usual form; others name nothing
     * @param eventsMax how many at most; fewer mean that there are no more
     */
    List<? extends TrackedEventMessage<?>> after(
            long position, Collection<String> aggregateIds, int eventsMax);
}
