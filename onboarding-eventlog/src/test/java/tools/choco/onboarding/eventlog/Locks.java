package tools.choco.onboarding.eventlog;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import tools.choco.onboarding.eventlog.testing.TestDatabase;

/** The lock of the log's writers, in the hands of a test. */
final class Locks {

    private Locks() {}

    /** Holds the lock until the connection is closed, without the limits that writers have. */
    static Connection hold(TestDatabase database) throws SQLException {
        var connection = DriverManager.getConnection(database.jdbcUrl());
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_xact_lock(%d)".formatted(WriterSession.LOCK));
        }
        return connection;
    }

    /** How many writers wait for the lock. */
    static int waiting(TestDatabase database) throws SQLException {
        return number(
                database,
                """
                SELECT count(*) FROM pg_locks
                WHERE locktype = 'advisory' AND NOT granted
                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """);
    }

    static int number(TestDatabase database, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(database.jdbcUrl());
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }
}
