package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * A read model: rows that are a function of the log alone, never of the clock.
 *
 * <p>Both methods work in the caller's transaction and neither end it nor close the connection.
 */
public interface Projection {

    /** Name of the read model and of its processor; token rows hang on it, so it never changes. */
    String name();

    /** Version of what the rows mean, from 1; a new one asks for a rebuild. */
    int version();

    /**
     * Applies a batch.
     *
     * <p>An event that was applied before changes nothing. Events of one session never come to two
     * threads at once.
     *
     * @param events in log order, at least one
     * @throws SQLException if the database fails; the batch is then rolled back and comes again
     * @throws BrokenHistory if an event cannot follow what was applied before
     */
    void apply(Connection connection, List<LoggedEvent> events) throws SQLException;

    /** Empties the read model, so that the log can be applied from its start. */
    void clear(Connection connection) throws SQLException;
}
