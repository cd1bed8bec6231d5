package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * How a rebuild applies the log to a generation that nobody else writes: batch after batch, of
 * which what is written may stay in memory until it is asked for. One thread uses it at a time.
 */
public interface Bulk {

    /**
     * Takes a batch on, or applies it at once, in the caller's transaction.
     *
     * @param events in log order, at least one, each for the first time
     * @throws BrokenHistory if an event cannot follow those before it
     */
    void add(Connection connection, List<LoggedEvent> events) throws SQLException;

    /** Writes all that was taken on; the caller commits. */
    void flush(Connection connection) throws SQLException;

    /**
     * Computes what follows from all rows together, once the end of the log was reached and all is
     * written; the caller commits. Comes again if more is added after it.
     */
    default void end(Connection connection) throws SQLException {
        // Most rows follow from events alone.
    }
}
