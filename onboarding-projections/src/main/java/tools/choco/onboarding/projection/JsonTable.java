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
import java.util.Set;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * Rows by session that travel as JSON, whose members are the table's columns; PostgreSQL does the
 * conversion both ways.
 *
 * @param <R> the row
 */
final class JsonTable<R extends SessionRow<R>> implements RowStore<R> {

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    // Columns that follow from others are written and never read back.
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    private final Class<R> rowType;
    private final String select;
    private final String upsert;

    JsonTable(String table, Class<R> rowType, List<String> changing) {
        this.rowType = rowType;
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

    @Override
    public Map<String, R> read(Connection connection, Collection<String> keys) throws SQLException {
        Map<String, R> rows = new HashMap<>();
        Array array = connection.createArrayOf("text", keys.toArray());
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            statement.setArray(1, array);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    R row = JSON.readValue(result.getString(1), rowType);
                    rows.put(row.sessionId(), row);
                }
            }
        } finally {
            array.free();
        }
        return rows;
    }

    @Override
    public void write(Connection connection, Map<String, R> rows, Set<String> stored)
            throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(upsert)) {
            statement.setString(1, JSON.writeValueAsString(rows.values()));
            statement.executeUpdate();
        }
    }
}
