package tools.choco.onboarding.testing;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the service has written, looked at from beside it. */
public final class Tables {

    private final JdbcClient jdbc;

    private Tables(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The tables of a service. */
    public static Tables of(RunningService service) {
        return new Tables(JdbcClient.create(service.database().dataSource()));
    }

    /** How many events a session has in the log. */
    public long events(String sessionId) {
        return count("SELECT count(*) FROM events WHERE aggregate_id = ?::uuid", sessionId);
    }

    /**
     * How many events of sessions and sites name a text in their payload, a subject for instance.
     */
    public long eventsNaming(String text) {
        return count(
                """
                SELECT count(*) FROM events JOIN event_kinds USING (kind)
                WHERE aggregate_type <> 'SessionRefusals' AND position(?::bytea IN payload) > 0""",
                text.getBytes(StandardCharsets.UTF_8));
    }

    /** Message names of a session's events, in order, without their package. */
    public List<String> eventTypes(String sessionId) {
        return jdbc.sql(
                        """
                        SELECT split_part(payload_type, '.', 4)
                        FROM events JOIN event_kinds USING (kind)
                        WHERE aggregate_id = ?::uuid ORDER BY sequence""")
                .param(sessionId)
                .query(String.class)
                .list();
    }

    /** A single number. */
    public long count(String sql, Object... parameters) {
        return jdbc.sql(sql).params(parameters).query(Long.class).single();
    }

    /** A column of texts. */
    public List<String> texts(String sql, Object... parameters) {
        return jdbc.sql(sql).params(parameters).query(String.class).list();
    }

    /** Changes rows; returns how many. */
    public int update(String sql, Object... parameters) {
        return jdbc.sql(sql).params(parameters).update();
    }
}
