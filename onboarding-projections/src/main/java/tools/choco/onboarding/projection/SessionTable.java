package tools.choco.onboarding.projection;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * A table with one row a session, keyed by {@code session_id}, into which batches are folded.
 *
 * <p>A batch takes two statements, however many events and sessions it has: the rows of its
 * sessions are read, folded in memory, and those that changed are written. Rows travel as JSON,
 * whose members are the table's columns; PostgreSQL does the conversion both ways.
 *
 * <p>What was applied is known by each aggregate's own sequence numbers: a number that comes again
 * is passed over, one that is missing means a damaged log and parks the session.
 *
 * @param <R> the row
 */
public final class SessionTable<R extends SessionRow<R>> {

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    // Columns that follow from others are written and never read back.
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    private final Class<R> rowType;
    private final Function<LoggedEvent, R> first;
    private final String select;
    private final String upsert;

    /**
     * @param table name of the table
     * @param rowType record whose JSON has a member for every column
     * @param first makes the row from the session's first event
     * @param changing columns that events after the first can change
     */
    public SessionTable(
            String table, Class<R> rowType, Function<LoggedEvent, R> first, List<String> changing) {
        this.rowType = rowType;
        this.first = first;
        this.select = "SELECT row_to_json(t) FROM %s t WHERE session_id = ANY (?)".formatted(table);
        this.upsert =
                """
                INSERT INTO %1$s SELECT * FROM json_populate_recordset(NULL::%1$s, ?::json)
                ON CONFLICT (session_id) DO UPDATE SET %2$s
                """
                        .formatted(
                                table,
                                String.join(
                                        ", ",
                                        changing.stream()
                                                .map(it -> it + " = EXCLUDED." + it)
                                                .toList()));
    }

    /**
     * Folds a batch into the table.
     *
     * @throws BrokenHistory if an event cannot follow those before it
     */
    public void apply(Connection connection, List<LoggedEvent> events) throws SQLException {
        Map<String, R> rows = read(connection, events);
        // Sorted, so that two transactions never wait for each other's rows.
        Map<String, R> changed = new TreeMap<>();
        for (LoggedEvent event : events) {
            R row = rows.get(event.sessionId());
            if (row == null || !row.contains(event)) {
                R next = next(row, event);
                rows.put(event.sessionId(), next);
                changed.put(event.sessionId(), next);
            }
        }
        if (!changed.isEmpty()) {
            write(connection, changed.values());
        }
    }

    /**
     * Counts an event as applied that is not.
     *
     * @param passing the row after an event that changes nothing else
     * @return false if the session has no row
     */
    public boolean passOver(
            Connection connection, LoggedEvent event, BiFunction<R, LoggedEvent, R> passing)
            throws SQLException {
        R row = read(connection, List.of(event)).get(event.sessionId());
        if (row == null) {
            return false;
        }
        write(connection, List.of(passing.apply(row, event)));
        return true;
    }

    private R next(@Nullable R row, LoggedEvent event) {
        if (row == null) {
            if (event.payload() instanceof OnboardingStarted && event.sequence() == 0) {
                return first.apply(event);
            }
            throw new BrokenHistory(event, "its session never started");
        }
        if (event.isOfSession() && event.sequence() != row.revision()) {
            throw new BrokenHistory(event, "an earlier event of its session is missing");
        }
        return row.after(event);
    }

    private Map<String, R> read(Connection connection, List<LoggedEvent> events)
            throws SQLException {
        Object[] ids = events.stream().map(LoggedEvent::sessionId).distinct().toArray();
        Map<String, R> rows = new HashMap<>();
        Array keys = connection.createArrayOf("text", ids);
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            statement.setArray(1, keys);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    R row = JSON.readValue(result.getString(1), rowType);
                    rows.put(row.sessionId(), row);
                }
            }
        } finally {
            keys.free();
        }
        return rows;
    }

    private void write(Connection connection, Collection<R> rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(upsert)) {
            statement.setString(1, JSON.writeValueAsString(rows));
            statement.executeUpdate();
        }
    }
}
