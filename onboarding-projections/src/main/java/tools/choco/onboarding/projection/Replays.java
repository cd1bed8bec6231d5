package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.EventType;

/**
 * What operators do with read models: build them again beside what serves, compare, switch, go
 * back; or replay one session in place.
 *
 * <p>Nothing that a replay does leaves the process: a projection writes its own tables and no more.
 * Every method throws {@link QueryFailed} if the database fails.
 */
public final class Replays {

    /** How far behind a generation may be that is levelled while queries and updates wait. */
    private static final long EVENTS_BEHIND_MAX = 20_000;

    private static final int EVENTS_PER_READ = 1_000;

    private static final String SELECT =
            """
            SELECT r.replay, r.projection, r.generation, r.session_id, r.requested_by, r.reason,
                r.requested_at, r.ended_at, r.outcome, coalesce(g.error, r.error), g.state,
                c.generation = r.generation, c.previous = r.generation, g.filled_at,
                coalesce((SELECT min(position) FROM projection_progress p
                    WHERE p.projection = r.replay), 0),
                g.filling_from, extract(epoch FROM clock_timestamp() - g.filling_since)
            FROM projection_replays r
            LEFT JOIN projection_generations g USING (projection, generation)
            LEFT JOIN projection_current c ON c.projection = r.projection
            """;

    private final DataSource dataSource;
    private final LogSource log;
    private final Generations generations;
    private final Map<String, Projection> projections;

    /** Comparing all rows is much work for the database: one at a time in this process. */
    private final Semaphore comparing = new Semaphore(1);

    public Replays(DataSource dataSource, LogSource log, List<Projection> projections) {
        this.dataSource = dataSource;
        this.log = log;
        this.generations = new Generations(dataSource);
        this.projections =
                projections.stream()
                        .collect(Collectors.toMap(Projection::name, Function.identity()));
    }

    /** Names of the read models there are, sorted. */
    public List<String> projections() {
        return projections.keySet().stream().sorted().toList();
    }

    /**
     * Begins to build some read models again, in one pass over the log.
     *
     * @param names of read models, each once
     * @return their replays, by name
     * @throws ReplayRefused with {@code replay_under_way} if one of them is under way; then none
     *     begins
     */
    public List<Replay> begin(List<String> names, String requestedBy, String reason) {
        return generations
                .begin(names.stream().map(this::projection).toList(), requestedBy, reason)
                .stream()
                .map(it -> get(it.name()))
                .toList();
    }

    /**
     * Replays one session in place: deletes its rows from the generation that is served and applies
     * its events anew, in one transaction while no batch is applied.
     *
     * @return the replay, which is over
     * @throws ReplayRefused with {@code replay_under_way} if the read model is being built again,
     *     {@code replay_of_session_unsupported} if it cannot take out a single session, {@code
     *     replay_session_unknown} if the log has no such session
     */
    public Replay session(String name, String sessionId, String requestedBy, String reason) {
        Projection projection = projection(name);
        String id = UUID.randomUUID().toString();
        try {
            generations.inTransaction(
                    connection -> {
                        refold(connection, projection, sessionId);
                        note(connection, id, name, sessionId, requestedBy, reason, null);
                    });
        } catch (ReplayRefused e) {
            throw e;
        } catch (RuntimeException e) {
            if (!Poison.is(e)) {
                throw e;
            }
            generations.inTransaction(
                    connection ->
                            note(
                                    connection,
                                    id,
                                    name,
                                    sessionId,
                                    requestedBy,
                                    reason,
                                    Poison.message(e)));
        }
        return get(id);
    }

    private void refold(Connection connection, Projection projection, String sessionId)
            throws SQLException {
        Generations.lock(connection, projection.name());
        Generations.requireNoneUnderWay(connection, projection.name());
        GenerationStatus served =
                Generations.served(Generations.list(connection, projection.name()))
                        .filter(it -> it.isOf(projection))
                        .orElseThrow(
                                () ->
                                        new ReplayRefused(
                                                "replay_not_ready",
                                                "What serves is of another version."));
        Generation generation = served.generation();
        Appliers.halt(connection, List.of(generation));
        long position = position(connection, generation, "max");
        List<LoggedEvent> events =
                log.ofSession(sessionId).stream()
                        .filter(it -> it.position() <= position)
                        .filter(it -> projection.handles(EventType.of(it.payload())))
                        .toList();
        if (events.isEmpty()) {
            throw new ReplayRefused(
                    "replay_session_unknown",
                    "The log has no such session, or the read model has not come to it.");
        }
        SearchPath.set(connection, generation);
        if (!projection.forget(connection, events)) {
            throw new ReplayRefused(
                    "replay_of_session_unsupported",
                    projection.name() + " can only be built again as a whole.");
        }
        projection.apply(connection, events);
        Letters.drop(connection, generation, Letters.sequenceOf(events.getFirst()));
    }

    private static void note(
            Connection connection,
            String id,
            String projection,
            String sessionId,
            String requestedBy,
            String reason,
            @Nullable String error)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO public.projection_replays (replay, projection, session_id,
                            requested_by, reason, requested_at, ended_at, outcome, error)
                        VALUES (?, ?, ?, ?, ?, now(), clock_timestamp(), ?, ?)
                        """)) {
            statement.setString(1, id);
            statement.setString(2, projection);
            statement.setString(3, sessionId);
            statement.setString(4, requestedBy);
            statement.setString(5, reason);
            statement.setString(6, error == null ? "done" : "failed");
            statement.setString(7, error);
            statement.executeUpdate();
        }
    }

    /**
     * Replays, the newest first.
     *
     * @param limit replays at most, from 1
     */
    public List<Replay> newest(int limit) {
        return query(
                SELECT + " ORDER BY r.requested_at DESC, r.replay DESC LIMIT ?",
                statement -> statement.setInt(1, limit));
    }

    /** The replay of that id, if there is one. */
    public Optional<Replay> find(String id) {
        return query(SELECT + " WHERE r.replay = ?", statement -> statement.setString(1, id))
                .stream()
                .findFirst();
    }

    /**
     * Forgets why some sessions were replayed, and what came of it in words; the replays stay.
     *
     * @param sessionIds sessions; others name nothing
     */
    public void forget(Collection<String> sessionIds) {
        generations.inTransaction(
                connection -> {
                    try (PreparedStatement statement =
                            connection.prepareStatement(
                                    """
                                    UPDATE public.projection_replays
                                    SET reason = 'erased', error = NULL
                                    WHERE session_id = ANY (?)
                                    """)) {
                        statement.setArray(
                                1, connection.createArrayOf("text", sessionIds.toArray()));
                        statement.executeUpdate();
                    }
                });
    }

    private Replay get(String id) {
        return find(id).orElseThrow(
                        () -> new ReplayRefused("replay_not_found", "There is no replay " + id));
    }

    /**
     * Has queries read a replay's generation from the next one on. It is brought to where the
     * served one is, while updates wait, so that no answer goes back in time.
     *
     * @throws ReplayRefused with {@code replay_not_found}, {@code replay_not_ready} if it is still
     *     being built, {@code replay_behind} if it is far behind, or {@code replay_over}
     */
    public Replay switchTo(String id) {
        Generation generation = generation(id);
        generations.serve(generation, this::level);
        return get(id);
    }

    /**
     * Has queries read again what they read before a replay's generation; one that was rolled back
     * stays so.
     *
     * @throws ReplayRefused with {@code replay_not_found}, {@code replay_not_served} if queries do
     *     not read it, or {@code replay_no_previous} if there is nothing to go back to
     */
    public Replay rollback(String id) {
        Generation generation = generation(id);
        List<GenerationStatus> all = generations.of(generation.projection());
        GenerationStatus status = Generations.find(all, generation);
        if (isRolledBack(status, all)) {
            return get(id);
        }
        if (!status.current()) {
            throw new ReplayRefused("replay_not_served", generation + " is not what serves.");
        }
        Generation previous =
                all.stream()
                        .filter(GenerationStatus::previous)
                        .map(GenerationStatus::generation)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new ReplayRefused(
                                                "replay_no_previous",
                                                "What served before " + generation + " is gone."));
        generations.serve(previous, this::level);
        return get(id);
    }

    private static boolean isRolledBack(GenerationStatus status, List<GenerationStatus> all) {
        return status.previous()
                && Generations.served(all)
                        .filter(it -> it.generation().number() < status.generation().number())
                        .isPresent();
    }

    /**
     * Drops a replay's generation; one that was cancelled stays so.
     *
     * @throws ReplayRefused with {@code replay_not_found}, {@code replay_served} if queries read
     *     it, or {@code replay_over}
     */
    public Replay cancel(String id) {
        Replay replay = get(id);
        if (replay.state() == Replay.State.CANCELLED) {
            return replay;
        }
        generations.drop(generation(id));
        return get(id);
    }

    /**
     * Compares a replay's generation with what serves, or, if it is what serves, with what did
     * before. Both are brought to the same position first, while updates wait; comparing itself
     * keeps nobody waiting.
     *
     * @param samplesMax samples at most of each kind of difference of each table
     * @throws ReplayRefused with {@code replay_not_found}, {@code replay_not_ready} if it is still
     *     being built, {@code replay_over}, {@code replay_no_previous} if there is nothing to
     *     compare with, {@code replay_behind} if one is far behind, or {@code
     *     replay_being_compared} if another comparison is under way
     */
    public Difference difference(String id, int samplesMax) {
        Generation generation = generation(id);
        if (!comparing.tryAcquire()) {
            throw new ReplayRefused(
                    "replay_being_compared", "Another comparison is under way; try again.");
        }
        try (Connection connection = dataSource.getConnection()) {
            int isolation = connection.getTransactionIsolation();
            List<GenerationStatus> all = Generations.list(connection, generation.projection());
            GenerationStatus next = Generations.find(all, generation);
            if (next.building()) {
                throw new ReplayRefused("replay_not_ready", generation + " is still being built.");
            }
            GenerationStatus other = other(all, next);
            List<Generation> both = List.of(generation, other.generation());
            boolean held = true;
            try {
                Appliers.hold(connection, both);
                connection.setAutoCommit(false);
                long position = level(connection, List.of(next, other));
                connection.commit();
                connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                // The first statement of the transaction takes the snapshot.
                Appliers.release(connection, both);
                held = false;
                return new Difference(
                        generation,
                        other.generation(),
                        position,
                        new Comparison(
                                        connection,
                                        generation,
                                        other.generation(),
                                        projection(generation.projection()).notCompared(),
                                        samplesMax)
                                .tables());
            } finally {
                if (!connection.getAutoCommit()) {
                    connection.rollback();
                    connection.setTransactionIsolation(isolation);
                    connection.setAutoCommit(true);
                }
                if (held) {
                    Appliers.release(connection, both);
                }
            }
        } catch (SQLException e) {
            throw new QueryFailed(e);
        } finally {
            comparing.release();
        }
    }

    private static GenerationStatus other(List<GenerationStatus> all, GenerationStatus next) {
        return all.stream()
                .filter(it -> next.current() ? it.previous() : it.current())
                .findFirst()
                .orElseThrow(
                        () ->
                                new ReplayRefused(
                                        "replay_no_previous",
                                        "There is nothing to compare %s with."
                                                .formatted(next.generation())));
    }

    private void level(Connection connection, GenerationStatus next, GenerationStatus served)
            throws SQLException {
        if (next.isOf(projection(next.generation().projection()))) {
            Appliers.halt(connection, List.of(next.generation(), served.generation()));
            long position = position(connection, served.generation(), "max");
            bringUp(connection, next, position);
        }
    }

    /** Brings generations to the position of the one that is furthest. */
    private long level(Connection connection, List<GenerationStatus> all) throws SQLException {
        long position = 0;
        for (GenerationStatus status : all) {
            position = Math.max(position, position(connection, status.generation(), "max"));
        }
        for (GenerationStatus status : all) {
            bringUp(connection, status, position);
        }
        return position;
    }

    /**
     * Applies what a generation lacks up to a position. Its processor comes to the same events
     * later, and then they change nothing.
     */
    private void bringUp(Connection connection, GenerationStatus status, long position)
            throws SQLException {
        Generation generation = status.generation();
        Projection projection = projection(generation.projection());
        long from = position(connection, generation, "min");
        if (from >= position) {
            return;
        }
        if (!status.isOf(projection) || position - from > EVENTS_BEHIND_MAX) {
            throw new ReplayRefused(
                    "replay_behind",
                    "%s is %d positions behind.".formatted(generation, position - from));
        }
        SearchPath.set(connection, generation);
        log.read(
                from,
                position,
                EVENTS_PER_READ,
                batch -> {
                    List<LoggedEvent> handled =
                            batch.stream()
                                    .filter(it -> projection.handles(EventType.of(it.payload())))
                                    .toList();
                    try {
                        if (!handled.isEmpty()) {
                            projection.apply(connection, handled);
                        }
                    } catch (SQLException e) {
                        throw new QueryFailed(e);
                    }
                });
        SearchPath.reset(connection);
    }

    /** How far a generation has come: its segment that is furthest, or furthest behind. */
    private static long position(Connection connection, Generation generation, String which)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT %s(position) FROM public.projection_progress WHERE projection = ?"
                                .formatted(which))) {
            statement.setString(1, generation.name());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private Generation generation(String id) {
        Replay replay = get(id);
        Integer number = replay.generation();
        if (number == null || replay.endedAt() != null) {
            throw new ReplayRefused("replay_over", "The replay is over.");
        }
        return new Generation(replay.projection(), number);
    }

    private Projection projection(String name) {
        Projection projection = projections.get(name);
        if (projection == null) {
            throw new ReplayRefused("replay_projection_unknown", "There is no read model " + name);
        }
        return projection;
    }

    @FunctionalInterface
    private interface Values {
        void set(PreparedStatement statement) throws SQLException;
    }

    private List<Replay> query(String sql, Values values) {
        long head = log.head();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            values.set(statement);
            List<Replay> found = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(replay(row, head));
                }
            }
            return found;
        } catch (SQLException e) {
            throw new QueryFailed(e);
        }
    }

    private static Replay replay(ResultSet row, long head) throws SQLException {
        Replay.State state = state(row);
        int number = row.getInt(3);
        long position = row.getLong(15);
        double seconds = row.getDouble(17);
        boolean runs = state == Replay.State.BUILDING && seconds > 0;
        return new Replay(
                row.getString(1),
                row.getString(2),
                number == 0 ? null : number,
                row.getString(4),
                state,
                row.getString(5),
                row.getString(6),
                row.getObject(7, OffsetDateTime.class).toInstant(),
                instant(row, 14),
                instant(row, 8),
                position,
                head,
                runs ? Double.valueOf((position - row.getLong(16)) / seconds) : null,
                row.getString(10));
    }

    private static Replay.State state(ResultSet row) throws SQLException {
        String outcome = row.getString(9);
        if (outcome != null) {
            return Replay.State.valueOf(outcome.toUpperCase(Locale.ROOT));
        }
        if (row.getBoolean(12)) {
            return Replay.State.SERVING;
        }
        if (row.getBoolean(13)) {
            return Replay.State.PREVIOUS;
        }
        return "building".equals(row.getString(11)) ? Replay.State.BUILDING : Replay.State.READY;
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
