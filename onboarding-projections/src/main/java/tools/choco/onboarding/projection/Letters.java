package tools.choco.onboarding.projection;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.EventType;

/**
 * The dead letters of generations, in the table {@code dead_letters}, under the generation's name.
 *
 * <p>Everything works in the caller's transaction.
 */
public final class Letters {

    private static final String LEFT_OUT = "left_out";

    private Letters() {}

    /**
     * How many sequences of a generation are parked, so that what it answers lacks their latest
     * events; in the snapshot of the connection's transaction.
     */
    public static long parkedSequences(Connection connection, Generation generation)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT count(DISTINCT sequence_key) FROM dead_letters
                        WHERE processor = ? AND NOT left_out
                        """)) {
            statement.setString(1, generation.name());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** Whether anything of a generation is, or was, held back. */
    static boolean any(Connection connection, Generation generation) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT EXISTS (SELECT FROM dead_letters WHERE processor = ?)")) {
            statement.setString(1, generation.name());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /** A parked event. */
    record Letter(long id, String sequenceKey, long position) {}

    /** What is held back of the sequences of a batch. */
    static final class Held {

        private final Set<String> parked = new HashSet<>();
        private final Set<String> leftOut = new HashSet<>();

        boolean isParked(LoggedEvent event) {
            return parked.contains(sequenceOf(event));
        }

        void park(LoggedEvent event) {
            parked.add(sequenceOf(event));
        }

        /** Whether an earlier event of its session or site was discarded, and none can follow. */
        boolean isLeftOut(LoggedEvent event) {
            return leftOut.contains(event.aggregateId()) || leftOut.contains(event.sessionId());
        }
    }

    /** Events of one sequence are parked and applied one after the other. */
    static String sequenceOf(LoggedEvent event) {
        return event.sessionId().isEmpty() ? event.aggregateId() : event.sessionId();
    }

    static Held held(Connection connection, Generation generation, Collection<LoggedEvent> events)
            throws SQLException {
        Held held = new Held();
        Array sequences =
                connection.createArrayOf(
                        "text", events.stream().map(Letters::sequenceOf).distinct().toArray());
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT DISTINCT sequence_key, left_out, CASE WHEN left_out THEN aggregate_id END
                        FROM dead_letters WHERE processor = ? AND sequence_key = ANY (?)
                        """)) {
            statement.setString(1, generation.name());
            statement.setArray(2, sequences);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    if (row.getBoolean(LEFT_OUT)) {
                        held.leftOut.add(row.getString(3));
                    } else {
                        held.parked.add(row.getString(1));
                    }
                }
            }
        } finally {
            sequences.free();
        }
        return held;
    }

    /**
     * Parks events; one that is parked already stays as it is.
     *
     * @param failure why; null if they wait behind another
     */
    static void park(
            Connection connection,
            Generation generation,
            List<LoggedEvent> events,
            @Nullable Throwable failure)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO dead_letters (processor, sequence_key, session_id, aggregate_id,
                            position, event_id, event_type, cause, message, tries, parked_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, now())
                        ON CONFLICT (processor, event_id) DO NOTHING
                        """)) {
            for (LoggedEvent event : events) {
                statement.setString(1, generation.name());
                statement.setString(2, sequenceOf(event));
                statement.setString(3, event.sessionId().isEmpty() ? null : event.sessionId());
                statement.setString(4, event.aggregateId());
                statement.setLong(5, event.position());
                statement.setObject(6, UUID.fromString(event.eventId()));
                statement.setString(7, EventType.of(event.payload()).wireName());
                statement.setString(8, failure == null ? null : Poison.cause(failure));
                statement.setString(9, failure == null ? null : Poison.message(failure));
                statement.setInt(10, failure == null ? 0 : 1);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** The letters of a sequence, in the order of the log. */
    static List<Letter> of(Connection connection, Generation generation, String sequenceKey)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT id, sequence_key, position FROM dead_letters
                        WHERE processor = ? AND sequence_key = ? AND NOT left_out
                        ORDER BY position
                        """)) {
            statement.setString(1, generation.name());
            statement.setString(2, sequenceKey);
            return read(statement);
        }
    }

    /** The letter of that number, if it is the generation's. */
    static Optional<Letter> find(Connection connection, Generation generation, long id)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT id, sequence_key, position FROM dead_letters
                        WHERE processor = ? AND id = ? AND NOT left_out
                        """)) {
            statement.setString(1, generation.name());
            statement.setLong(2, id);
            return read(statement).stream().findFirst();
        }
    }

    private static List<Letter> read(PreparedStatement statement) throws SQLException {
        List<Letter> letters = new ArrayList<>();
        try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                letters.add(new Letter(row.getLong(1), row.getString(2), row.getLong(3)));
            }
        }
        return letters;
    }

    static void remove(Connection connection, long id) throws SQLException {
        update(connection, "DELETE FROM dead_letters WHERE id = ?", id);
    }

    /** Lets go of a sequence whose events have all been applied in another way. */
    static void drop(Connection connection, Generation generation, String sequenceKey)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "DELETE FROM dead_letters WHERE processor = ? AND sequence_key = ?")) {
            statement.setString(1, generation.name());
            statement.setString(2, sequenceKey);
            statement.executeUpdate();
        }
    }

    /** Keeps the letter as a sign that its aggregate's later events are passed over. */
    static void leaveOut(Connection connection, long id) throws SQLException {
        update(connection, "UPDATE dead_letters SET left_out = true WHERE id = ?", id);
    }

    private static void update(Connection connection, String sql, long id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, id);
            statement.executeUpdate();
        }
    }

    static void failedAgain(Connection connection, long id, Throwable failure) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        UPDATE dead_letters
                        SET cause = ?, message = ?, tries = tries + 1, last_tried_at = now()
                        WHERE id = ?
                        """)) {
            statement.setString(1, Poison.cause(failure));
            statement.setString(2, Poison.message(failure));
            statement.setLong(3, id);
            statement.executeUpdate();
        }
    }
}
