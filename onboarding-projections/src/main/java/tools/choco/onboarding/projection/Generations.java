package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The generations of all read models: makes and drops their tables, and moves the pointer to the
 * one that is served.
 *
 * <p>Every method throws {@link QueryFailed} if the database fails.
 */
public final class Generations {

    private static final String NEW_VERSION = "New version";

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

    /** Names of the processors that an operator has stopped. */
    Set<String> stopped() {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT processor FROM stopped_processors")) {
            Set<String> names = new HashSet<>();
            while (row.next()) {
                names.add(row.getString(1));
            }
            return names;
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
                        create(connection, projection, null, NEW_VERSION);
                    }
                });
    }

    /**
     * Begins another generation beside the one that is served.
     *
     * @throws ReplayRefused if one is under way already
     */
    public Generation begin(Projection projection) {
        return begin(List.of(projection), null, NEW_VERSION).getFirst();
    }

    /**
     * Begins another generation of each of some projections, or of none.
     *
     * @param requestedBy subject of the operator; null if nobody asked for it
     * @throws ReplayRefused if one of them is under way already
     */
    List<Generation> begin(
            List<Projection> projections, @Nullable String requestedBy, String reason) {
        List<Generation> begun = new ArrayList<>();
        inTransaction(
                connection -> {
                    for (Projection projection :
                            projections.stream()
                                    .sorted(Comparator.comparing(Projection::name))
                                    .toList()) {
                        lock(connection, projection.name());
                        requireNoneUnderWay(connection, projection.name());
                        begun.add(create(connection, projection, requestedBy, reason));
                    }
                });
        return begun;
    }

    /**
     * @throws ReplayRefused if a generation is being built, or waits to be switched to
     */
    static void requireNoneUnderWay(Connection connection, String projection) throws SQLException {
        List<GenerationStatus> all = list(connection, projection);
        int served = served(all).map(it -> it.generation().number()).orElse(0);
        boolean underWay =
                all.stream()
                        .filter(it -> !it.current() && !it.previous())
                        .anyMatch(it -> it.generation().number() > served);
        if (underWay) {
            throw new ReplayRefused(
                    "replay_under_way", "Another generation of " + projection + " is under way.");
        }
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
        serve(
                generation,
                (connection, next, served) -> {
                    if (served.version() == next.version() && served.position() > next.position()) {
                        throw new ReplayRefused(
                                "replay_behind",
                                generation + " has not caught up with what is served.");
                    }
                });
    }

    /** What has to be done before queries can read another generation. */
    @FunctionalInterface
    interface Levelling {

        /**
         * Brings the next generation to where the served one is, in the transaction that switches.
         */
        void level(Connection connection, GenerationStatus next, GenerationStatus served)
                throws SQLException;
    }

    /** The same, after something was done about the next one being behind. */
    void serve(Generation generation, Levelling levelling) {
        inTransaction(
                connection -> {
                    lock(connection, generation.projection());
                    List<GenerationStatus> all = list(connection, generation.projection());
                    GenerationStatus next = find(all, generation);
                    if (next.current()) {
                        return;
                    }
                    if (next.building()) {
                        throw new ReplayRefused(
                                "replay_not_ready", generation + " is still being built.");
                    }
                    Optional<GenerationStatus> served = served(all);
                    if (served.isPresent()) {
                        levelling.level(connection, next, served.get());
                    }
                    point(connection, generation);
                });
    }

    static Optional<GenerationStatus> served(List<GenerationStatus> all) {
        return all.stream().filter(GenerationStatus::current).findFirst();
    }

    /** Drops what later generations have taken the place of, so that nothing follows for ever. */
    void dropReplaced(String projection) {
        List<GenerationStatus> all = of(projection);
        int served = served(all).map(it -> it.generation().number()).orElse(0);
        for (GenerationStatus status : all) {
            if (!status.current() && !status.previous() && status.generation().number() < served) {
                drop(status.generation(), "replaced");
            }
        }
    }

    /**
     * Drops a generation that is not served.
     *
     * @throws ReplayRefused if it is not there, or queries read it
     */
    public void drop(Generation generation) {
        drop(generation, "cancelled");
    }

    private void drop(Generation generation, String outcome) {
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
                    // In the order in which its processor takes them: token, rows, progress.
                    deleteOf(connection, "token_entry WHERE processor_name", generation);
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("DROP SCHEMA " + generation.name() + " CASCADE");
                    }
                    deleteOf(connection, "projection_progress WHERE projection", generation);
                    deleteOf(connection, "dead_letters WHERE processor", generation);
                    deleteOf(connection, "stopped_processors WHERE processor", generation);
                    try (PreparedStatement statement =
                            connection.prepareStatement(
                                    """
                                    UPDATE projection_replays
                                    SET ended_at = clock_timestamp(), outcome = ?
                                    WHERE replay = ?
                                    """)) {
                        statement.setString(1, outcome);
                        statement.setString(2, generation.name());
                        statement.executeUpdate();
                    }
                });
    }

    private static void deleteOf(Connection connection, String table, Generation generation)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM " + table + " = ?")) {
            statement.setString(1, generation.name());
            statement.executeUpdate();
        }
    }

    static GenerationStatus find(List<GenerationStatus> all, Generation generation) {
        return all.stream()
                .filter(it -> it.generation().equals(generation))
                .findFirst()
                .orElseThrow(
                        () -> new ReplayRefused("replay_not_found", "There is no " + generation));
    }

    static List<GenerationStatus> list(Connection connection, String projection)
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

    private static Generation create(
            Connection connection,
            Projection projection,
            @Nullable String requestedBy,
            String reason)
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
            SearchPath.reset(connection);
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO projection_replays
                            (replay, projection, generation, requested_by, reason, requested_at)
                        VALUES (?, ?, ?, ?, ?, clock_timestamp())
                        """)) {
            statement.setString(1, generation.name());
            statement.setString(2, generation.projection());
            statement.setInt(3, generation.number());
            statement.setString(4, requestedBy);
            statement.setString(5, reason);
            statement.executeUpdate();
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
    static void lock(Connection connection, String projection) throws SQLException {
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
    interface Work {
        void with(Connection connection) throws SQLException;
    }

    void inTransaction(Work work) {
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
