package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import tools.choco.onboarding.events.EventType;

/**
 * A read model: rows that are a function of the log alone, never of the clock.
 *
 * <p>{@link #apply} works in the caller's transaction and neither ends it nor closes the
 * connection.
 */
public interface Projection {

    /** Name of the read model, lower-case letters; its generations hang on it, so it stays. */
    String name();

    /** Version of what the rows mean, from 1; a new one asks for a rebuild. */
    int version();

    /**
     * What of the configuration the rows depend on; another one asks for a rebuild. Empty if they
     * depend on the log alone.
     */
    default String configuration() {
        return "";
    }

    /** Whether the rows depend on events of that type; the others are passed over. */
    default boolean handles(EventType type) {
        return type.isOfSessionOrSite();
    }

    /**
     * Applies a batch.
     *
     * <p>An event that was applied before changes nothing. Events of one session never come to two
     * threads at once.
     *
     * @param events in log order, at least one
     * @throws SQLException if the database fails, and the batch is then rolled back and comes
     *     again; or if it refuses values, and the sequence of the event to blame is then parked
     * @throws BrokenHistory if an event cannot follow what was applied before; its sequence is then
     *     parked
     */
    void apply(Connection connection, List<LoggedEvent> events) throws SQLException;

    /**
     * Counts an event as applied without applying it, so that those after it in its session or site
     * can be: an operator has discarded it.
     *
     * @return false if nothing of the session, or of the site whose event it is, can be applied
     *     without it; those events are then passed over too
     */
    default boolean passOver(Connection connection, LoggedEvent event) throws SQLException {
        return false;
    }

    /**
     * How a rebuild applies the log; by {@link #apply}, unless there is a faster way to the same
     * rows.
     */
    default Bulk bulk() {
        return new Bulk() {
            @Override
            public void add(Connection connection, List<LoggedEvent> events) throws SQLException {
                apply(connection, events);
            }

            @Override
            public void flush(Connection connection) {
                // It is written.
            }
        };
    }

    /**
     * Takes one session out of the rows, so that its events can be applied anew, in the caller's
     * transaction.
     *
     * @param events all of the session that are in the rows, or should be, in log order
     * @return false if the projection cannot take a single session out of its rows
     */
    default boolean forget(Connection connection, List<LoggedEvent> events) throws SQLException {
        return false;
    }

    /**
     * Tables whose rows depend on how events were cut into batches, and follow from the others: no
     * part of a comparison of generations.
     */
    default Set<String> notCompared() {
        return Set.of();
    }

    /**
     * SQL that makes the tables of a generation, with unqualified names; so is all other SQL of the
     * projection, and the generation is chosen by the search path.
     */
    String tables();

    /**
     * SQL that makes the indexes that queries need and the filling of the tables does not, as far
     * as they are not there: they are made when a generation is filled, for an index of rows that
     * are there costs less than one that grows with them.
     */
    default String indexes() {
        return "";
    }
}
