package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;

/**
 * Who may change the rows of a generation: whoever applies batches shares that with others, of
 * other segments; whoever needs the rows to stand still has it alone.
 */
final class Appliers {

    /** The lock of a generation, which is the value of one question mark. */
    private static final String LOCK = "hashtextextended('applies ' || ?, 0)";

    private Appliers() {}

    /**
     * Lets the transaction change the rows of a generation, points it to them, and has its commit
     * not wait for the disk: one statement for all, for this is done for each batch.
     *
     * <p>A crash of the database may take back the last commits, each as a whole: the rows with the
     * token, so that their events are applied again.
     */
    static void join(Connection connection, Generation generation) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT set_config('search_path', ?, true),
                            set_config('synchronous_commit', 'off', true),
                            pg_advisory_xact_lock_shared(%s)
                        """
                                .formatted(LOCK))) {
            statement.setString(1, SearchPath.of(generation));
            statement.setString(2, generation.name());
            statement.execute();
        }
    }

    /** Waits until nobody changes the rows, and keeps it so until the transaction ends. */
    static void halt(Connection connection, Collection<Generation> generations)
            throws SQLException {
        each(connection, "SELECT pg_advisory_xact_lock(%s)", generations);
    }

    /** The same until {@link #release}, also beyond the transaction. */
    static void hold(Connection connection, Collection<Generation> generations)
            throws SQLException {
        each(connection, "SELECT pg_advisory_lock(%s)", generations);
    }

    static void release(Connection connection, Collection<Generation> generations)
            throws SQLException {
        each(connection, "SELECT pg_advisory_unlock(%s)", generations);
    }

    /** In one order, so that two never wait for each other. */
    private static void each(Connection connection, String sql, Collection<Generation> generations)
            throws SQLException {
        for (String name : generations.stream().map(Generation::name).sorted().toList()) {
            try (PreparedStatement statement = connection.prepareStatement(sql.formatted(LOCK))) {
                statement.setString(1, name);
                statement.execute();
            }
        }
    }
}
