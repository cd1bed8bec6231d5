package tools.choco.onboarding.wiring;

import org.springframework.jdbc.core.simple.JdbcClient;

/** Where the events are that a database knows of: one log cannot be in two places. */
final class LogPlace {

    private LogPlace() {}

    static boolean isInPostgres(JdbcClient jdbc) {
        return hasRows(jdbc, "events");
    }

    static boolean isInAxonServer(JdbcClient jdbc) {
        return hasRows(jdbc, "event_positions");
    }

    private static boolean hasRows(JdbcClient jdbc, String table) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM %s)".formatted(table))
                .query(Boolean.class)
                .single();
    }
}
