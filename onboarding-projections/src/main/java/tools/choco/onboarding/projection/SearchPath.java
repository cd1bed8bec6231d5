package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Points the unqualified table names of a projection's SQL to one generation. */
final class SearchPath {

    private SearchPath() {}

    /** Until the end of the transaction. */
    static void set(Connection connection, Generation generation) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL search_path TO " + of(generation));
        }
    }

    /** To what it is outside of generations. */
    static void reset(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL search_path TO DEFAULT");
        }
    }

    /** The schemas in which tables are looked for. */
    static String of(Generation generation) {
        return generation.name() + ", public";
    }
}
