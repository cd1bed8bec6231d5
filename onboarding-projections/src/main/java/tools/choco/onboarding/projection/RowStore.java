package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/**
 * Rows of one table, each with a key, read and written many at once in the caller's transaction.
 *
 * @param <R> the row
 */
public interface RowStore<R> {

    /** The rows of those keys that are there, by key; the map is the caller's. */
    Map<String, R> read(Connection connection, Collection<String> keys) throws SQLException;

    /**
     * Writes rows, whether they were there or not.
     *
     * @param rows in the order in which they are to be written, by key
     * @param stored the keys among them that {@link #read} has found
     */
    void write(Connection connection, Map<String, R> rows, Set<String> stored) throws SQLException;
}
