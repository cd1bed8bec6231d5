package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The generations of all read models: makes and drops their tables, and moves the pointer to the
 * one that is served.
 *
 * <p>Every method throws {@link QueryFailed} if the database fails.
 */
public final class Generations {

    private final DataSource dataSource;

    public Generations(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Every generation of a projection, the oldest first. */
    public List<GenerationStatus> of(String projection) {
        try (Connection connection = dataSource.getConnection()) {
            return list(connection, projection);
        } catch (SQLException e) {
            throw new QueryFailed(e);
        }
    }

    /**
     * Makes sure that there is a generation which that projection can keep up to date; an empty one
     * is made, to be filled, if there is none.
     */
    void ensure(Projection projection) {
        inTransaction(
                connection -> {
                    lock(connection, projection.name());
                    List<GenerationStatus> all = list(connection, projection.name());
                    if (all.stream().noneMatch(it -> it.isOf(projection))) {
                        create(connection, projection);
                    }
                });
    }

    /**
     * Begins another generation beside the one that is served.
     *
     * @throws ReplayRefused if one is under way already
     */
    public Generation begin(Projection projection) {
        AtomicReference<@Nullable Generation> begun = new AtomicReference<>();
        inTransaction(
                connection -> {
                    lock(connection, projection.name());
                    boolean underWay =
                            list(connection, projection.name()).stream()
                                    .anyMatch(it -> !it.current() && !it.previous());
                    if (underWay) {
                        throw new ReplayRefused(
                                "replay_under_way",
                                "Another generation of " + projection.name() + " is under way.");
                    }
                    begun.set(create(connection, projection));
                });
        return Objects.requireNonNull(begun.get());
    }

    /** Notes that a generation is being filled, from a position on. */
    void goesOn(Generation generation, long position) {
        inTransaction(
                connection -> {
                    try (PreparedStatement statement =
                            connection.prepareStatement(
                                    """
                                    UPDATE projection_generations
                                    SET filling_since = clock_timestamp(), filling_from = ?
                                    WHERE projection = ? AND generation = ?
                                    """)) {
                        statement.setLong(1, position);
                        statement.setString(2, generation.projection());
                        statement.setInt(3, generation.number());
                        statement.executeUpdate();
                    }
                });
    }

    /** Notes that a generation has been filled; from now on a processor keeps it up to date. */
    void built(Generation generation) {
        update(
                """
                UPDATE projection_generations
                SET state = 'following', error = NULL, filled_at = clock_timestamp()
                WHERE projection = ? AND generation = ?
                """,
                generation);
    }

    /** Notes why a generation could not be filled, or that it goes on. */
    void failed(Generation generation, @Nullable String error) {
        inTransaction(
                connection -> {
                    try (PreparedStatement statement =
                            connection.prepareStatement(
                                    """
                                    UPDATE projection_generations SET error = ?
                                    WHERE projection = ? AND generation = ?
                                    """)) {
                        statement.setString(1, error);
                        statement.setString(2, generation.projection());
                        statement.setInt(3, generation.number());
                        statement.executeUpdate();
                    }
                });
    }

    /**
     * Has queries read that generation from now on; the one they read before stays, and is kept up
     * to date, so that the same step leads back.
     *
     * @throws ReplayRefused if it is not there, still being built, or behind the one that is served
     */
    public void serve(Generation generation) {
        inTransaction(
                connection -> {
                    lock(connection, generation.projection());
                    List<GenerationStatus> all = list(connection, generation.projection());
                    GenerationStatus next = find(all, generation);
                    Optional<GenerationStatus> served =
                            all.stream().filter(GenerationStatus::current).findFirst();
                    if (next.current()) {
                        return;
                    }
                    if (next.building()) {
                        throw new ReplayRefused(
                                "replay_not_ready", generation + " is still being built.");
                    }
                    if (served.isPresent()
                            && served.get().version() == next.version()
                            && served.get().position() > next.position()) {
                        throw new ReplayRefused(
                                "replay_behind",
                                generation + " has not caught up with what is served.");
                    }
                    point(connection, generation);
                });
    }

    /**
     * Drops a generation that is not served.
     *
     * @throws ReplayRefused if it is not there, or queries read it
     */
    public void drop(Generation generation) {
        inTransaction(
                connection -> {
                    lock(connection, generation.projection());
                    GenerationStatus status =
                            find(list(connection, generation.projection()), generation);
                    if (status.current()) {
                        throw new ReplayRefused(
                                "replay_served", generation + " is the one that is served.");
                    }
                    execute(
                            connection,
                            """
                            UPDATE projection_current SET previous = NULL
                            WHERE projection = ? AND previous = ?
                            """,
                            generation);
                    execute(
                            connection,
                            """
                            DELETE FROM projection_generations
                            WHERE projection = ? AND generation = ?
                            """,
                            generation);
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("DROP SCHEMA " + generation.name() + " CASCADE");
                    }
                    for (String table :
                            List.of(
                                    "projection_progress WHERE projection",
                                    "token_entry WHERE processor_name")) {
                        try (PreparedStatement statement =
                                connection.prepareStatement("DELETE FROM " + table + " = ?")) {
                            statement.setString(1, generation.name());
                            statement.executeUpdate();
                        }
                    }
                });
    }

    private static GenerationStatus find(List<GenerationStatus> all, Generation generation) {
        return all.stream()
                .filter(it -> it.generation().equals(generation))
                .findFirst()
                .orElseThrow(
                        () -> new ReplayRefused("replay_unknown", "There is no " + generation));
    }

    private static List<GenerationStatus> list(Connection connection, String projection)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT g.generation, version, configuration, state = 'building',
                            c.generation IS NOT DISTINCT FROM g.generation,
                            c.previous IS NOT DISTINCT FROM g.generation,
                            created_at, error,
                            coalesce((SELECT min(position) FROM projection_progress p
                                WHERE p.projection = g.projection || '_g' || g.generation), 0)
                        FROM projection_generations g
                        LEFT JOIN projection_current c ON c.projection = g.projection
                        WHERE g.projection = ? ORDER BY g.generation
                        """)) {
            statement.setString(1, projection);
            List<GenerationStatus> all = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    all.add(
                            new GenerationStatus(
                                    new Generation(projection, row.getInt(1)),
                                    row.getInt(2),
                                    row.getString(3),
                                    row.getBoolean(4),
                                    row.getBoolean(5),
                                    row.getBoolean(6),
                                    row.getObject(7, OffsetDateTime.class).toInstant(),
                                    row.getLong(9),
                                    row.getString(8)));
                }
            }
            return all;
        }
    }

    private static Generation create(Connection connection, Projection projection)
            throws SQLException {
        Generation generation = new Generation(projection.name(), next(connection, projection));
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO projection_generations
                            (projection, generation, version, configuration, state, created_at)
                        VALUES (?, ?, ?, ?, 'building', now())
                        """)) {
            statement.setString(1, generation.projection());
            statement.setInt(2, generation.number());
            statement.setInt(3, projection.version());
            statement.setString(4, projection.configuration());
            statement.executeUpdate();
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA " + generation.name());
            SearchPath.set(connection, generation);
            statement.execute(projection.tables());
            statement.execute("SET LOCAL search_path TO DEFAULT");
        }
        return generation;
    }

    /** Numbers are never given twice, so that what is left of a dropped one means nothing. */
    private static int next(Connection connection, Projection projection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO projection_numbers (projection, last) VALUES (?, 1)
                        ON CONFLICT (projection) DO UPDATE SET last = projection_numbers.last + 1
                        RETURNING last
                        """)) {
            statement.setString(1, projection.name());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    private static void point(Connection connection, Generation generation) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO projection_current AS c (projection, generation, since)
                        VALUES (?, ?, now())
                        ON CONFLICT (projection) DO UPDATE SET
                            previous = c.generation,
                            generation = EXCLUDED.generation,
                            since = EXCLUDED.since
                        """)) {
            statement.setString(1, generation.projection());
            statement.setInt(2, generation.number());
            statement.executeUpdate();
        }
    }

    /** Whoever makes, drops or serves generations of a projection does so one after the other. */
    private static void lock(Connection connection, String projection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT pg_advisory_xact_lock(hashtextextended('generations ' || ?, 0))")) {
            statement.setString(1, projection);
            statement.execute();
        }
    }

    private void update(String sql, Generation generation) {
        inTransaction(
                connection -> {
                    execute(connection, sql, generation);
                });
    }

    private static void execute(Connection connection, String sql, Generation generation)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, generation.projection());
            statement.setInt(2, generation.number());
            statement.executeUpdate();
        }
    }

    @FunctionalInterface
    private interface Work {
        void with(Connection connection) throws SQLException;
    }

    private void inTransaction(Work work) {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                work.with(connection);
                connection.commit();
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new QueryFailed(e);
        }
    }
}
