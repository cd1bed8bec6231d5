package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import javax.sql.DataSource;

/** The generations of all read models: makes their tables, and knows which one is served. */
public final class Generations {

    private final DataSource dataSource;

    public Generations(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * The generation of a projection that is served; the first one is made if there is none.
     *
     * @throws QueryFailed if the database fails
     */
    public Generation serve(Projection projection) {
        return inTransaction(
                connection -> {
                    lock(connection, projection.name());
                    Optional<Generation> served = current(connection, projection.name());
                    if (served.isPresent()) {
                        return served.get();
                    }
                    Generation first = create(connection, projection);
                    point(connection, first);
                    return first;
                });
    }

    private static Generation create(Connection connection, Projection projection)
            throws SQLException {
        Generation generation = new Generation(projection.name(), next(connection, projection));
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO projection_generations
                            (projection, generation, version, configuration, state, created_at)
                        VALUES (?, ?, ?, ?, 'following', now())
                        """)) {
            statement.setString(1, generation.projection());
            statement.setInt(2, generation.number());
            statement.setInt(3, projection.version());
            statement.setString(4, projection.configuration());
            statement.executeUpdate();
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA " + generation.name());
        }
        SearchPath.set(connection, generation);
        try (Statement statement = connection.createStatement()) {
            statement.execute(projection.tables());
        }
        return generation;
    }

    private static int next(Connection connection, Projection projection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT coalesce(max(generation), 0) + 1 FROM projection_generations
                        WHERE projection = ?
                        """)) {
            statement.setString(1, projection.name());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    private static Optional<Generation> current(Connection connection, String projection)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT generation FROM projection_current WHERE projection = ?")) {
            statement.setString(1, projection);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(new Generation(projection, row.getInt(1)))
                        : Optional.empty();
            }
        }
    }

    private static void point(Connection connection, Generation generation) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO projection_current (projection, generation, since)
                        VALUES (?, ?, now())
                        """)) {
            statement.setString(1, generation.projection());
            statement.setInt(2, generation.number());
            statement.executeUpdate();
        }
    }

    /** Of several instances that start at once, one makes the tables. */
    private static void lock(Connection connection, String projection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT pg_advisory_xact_lock(hashtextextended('generations ' || ?, 0))")) {
            statement.setString(1, projection);
            statement.execute();
        }
    }

    @FunctionalInterface
    private interface Work<T> {
        T with(Connection connection) throws SQLException;
    }

    private <T> T inTransaction(Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                T result = work.with(connection);
                connection.commit();
                return result;
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new QueryFailed(e);
        }
    }
}
