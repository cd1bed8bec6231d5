package tools.choco.onboarding.funnel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Table {@code funnel_restatement}. */
final class Restatements {

    /** Restatements of an answer at most. */
    static final int MAX = 100;

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final TypeReference<LinkedHashMap<String, FunnelAnswer.Difference>> STAGES =
            new TypeReference<>() {};

    private Restatements() {}

    /** A restatement that is there already stays. */
    static void write(Connection connection, List<Restatement> restatements) throws SQLException {
        if (restatements.isEmpty()) {
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO funnel_restatement
                            (funnel, position, day, test, event_id, occurred_at, appended_at,
                            entries, stages, cause)
                        SELECT * FROM unnest(?::text[], ?::bigint[], ?::date[], ?::boolean[],
                            ?::uuid[], ?::timestamptz[], ?::timestamptz[], ?::bigint[],
                            ?::jsonb[], ?::text[])
                        ON CONFLICT DO NOTHING
                        """)) {
            int i = 1;
            set(statement, i++, "text", restatements, Restatement::funnelId);
            set(statement, i++, "bigint", restatements, Restatement::position);
            set(statement, i++, "text", restatements, it -> it.day().toString());
            set(statement, i++, "boolean", restatements, Restatement::test);
            set(statement, i++, "uuid", restatements, Restatement::eventId);
            set(statement, i++, "text", restatements, it -> it.occurredAt().toString());
            set(statement, i++, "text", restatements, it -> it.appendedAt().toString());
            set(statement, i++, "bigint", restatements, Restatement::entries);
            set(statement, i++, "text", restatements, it -> JSON.writeValueAsString(stages(it)));
            set(statement, i, "text", restatements, Restatement::cause);
            statement.executeUpdate();
        }
    }

    /** Deletes what events restated. */
    static void delete(Connection connection, List<LoggedEvent> events) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "DELETE FROM funnel_restatement WHERE position = ANY (?)")) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "bigint", events.stream().map(LoggedEvent::position).toArray()));
            statement.executeUpdate();
        }
    }

    private static Map<String, FunnelAnswer.Difference> stages(Restatement restatement) {
        Map<String, FunnelAnswer.Difference> stages = new LinkedHashMap<>();
        restatement
                .stages()
                .forEach(
                        it ->
                                stages.put(
                                        it.stage(),
                                        new FunnelAnswer.Difference(
                                                it.offered(), it.sessions(), it.skipped())));
        return stages;
    }

    private static void set(
            PreparedStatement statement,
            int index,
            String type,
            List<Restatement> restatements,
            Function<Restatement, Object> part)
            throws SQLException {
        statement.setArray(
                index,
                statement
                        .getConnection()
                        .createArrayOf(type, restatements.stream().map(part).toArray()));
    }

    /** Those of the days of a question, the newest day first. */
    static List<FunnelAnswer.Restatement> of(Connection connection, FunnelQuestion question)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT position, event_id, day, occurred_at, appended_at, entries, stages,
                            cause
                        FROM funnel_restatement
                        WHERE funnel = ? AND day BETWEEN ? AND ? AND (? OR NOT test)
                        ORDER BY day DESC, position DESC LIMIT ?
                        """)) {
            statement.setString(1, question.funnel().funnelId());
            statement.setObject(2, question.from());
            statement.setObject(3, question.to());
            statement.setBoolean(4, question.includeTest());
            statement.setInt(5, MAX);
            List<FunnelAnswer.Restatement> found = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(
                            new FunnelAnswer.Restatement(
                                    Long.toString(row.getLong(1)),
                                    row.getString(2),
                                    row.getObject(3, LocalDate.class),
                                    time(row, 4),
                                    time(row, 5),
                                    row.getLong(6),
                                    JSON.readValue(row.getString(7), STAGES),
                                    row.getString(8)));
                }
            }
            return found;
        }
    }

    private static Instant time(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
