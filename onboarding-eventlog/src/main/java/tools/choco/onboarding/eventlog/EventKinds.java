package tools.choco.onboarding.eventlog;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code event_kinds}, kept in memory: names that would otherwise repeat in every event.
 *
 * <p>Rows are never changed, so what was read once holds for good.
 */
final class EventKinds {

    private final Map<EventKind, Short> numbers = new ConcurrentHashMap<>();
    private final Map<Short, EventKind> kinds = new ConcurrentHashMap<>();

    /** The number of a kind, which is made and committed where there is none. */
    short number(Connection autoCommit, EventKind kind) throws SQLException {
        var known = numbers.get(kind);
        if (known != null) {
            return known;
        }
        load(autoCommit);
        if (!numbers.containsKey(kind)) {
            try (var insert =
                    autoCommit.prepareStatement(
                            """
                            INSERT INTO event_kinds (aggregate_type, payload_type, payload_revision)
                            VALUES (?, ?, ?) ON CONFLICT DO NOTHING
                            """)) {
                insert.setString(1, kind.aggregateType());
                insert.setString(2, kind.payloadType());
                insert.setString(3, kind.payloadRevision());
                insert.executeUpdate();
            }
            load(autoCommit);
        }
        return required(numbers.get(kind), kind);
    }

    /** The kind of a stored event. */
    EventKind kind(Connection connection, short number) throws SQLException {
        var known = kinds.get(number);
        if (known != null) {
            return known;
        }
        load(connection);
        return required(kinds.get(number), number);
    }

    /** The kind of a stored event that is older than the last {@link #load}. */
    EventKind known(short number) {
        return required(kinds.get(number), number);
    }

    /** Reads the table again. */
    void load(Connection connection) throws SQLException {
        try (var select =
                        connection.prepareStatement(
                                """
                                SELECT kind, aggregate_type, payload_type, payload_revision
                                FROM event_kinds
                                """);
                var row = select.executeQuery()) {
            while (row.next()) {
                short number = row.getShort(1);
                var kind = new EventKind(row.getString(2), row.getString(3), row.getString(4));
                kinds.put(number, kind);
                numbers.put(kind, number);
            }
        }
    }

    private static <T> T required(@Nullable T found, Object wanted) {
        if (found == null) {
            throw new IllegalStateException("No such kind of event in the log: " + wanted);
        }
        return found;
    }
}
