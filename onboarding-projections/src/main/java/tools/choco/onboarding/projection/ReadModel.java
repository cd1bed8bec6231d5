package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * What is served of one projection: the tables of its current generation.
 *
 * <p>An answer comes from one snapshot of one generation, also while another is switched to.
 */
public final class ReadModel {

    private static final String UNDEFINED_TABLE = "42P01";

    private final DataSource dataSource;
    private final String projection;

    /**
     * @param projection name of the projection
     */
    public ReadModel(DataSource dataSource, String projection) {
        this.dataSource = dataSource;
        this.projection = projection;
    }

    /** A question to the tables of one generation. */
    @FunctionalInterface
    public interface Question<T> {
        T ask(Connection connection, Generation generation) throws SQLException;
    }

    /**
     * Asks the current generation, in one snapshot, with unqualified table names.
     *
     * @throws NotBuilt if no generation is served yet
     * @throws QueryFailed if the database fails
     */
    public <T> T ask(Question<T> question) {
        try {
            return askOnce(question);
        } catch (SQLException e) {
            if (!UNDEFINED_TABLE.equals(e.getSQLState())) {
                throw new QueryFailed(e);
            }
        }
        // The generation was dropped, after others, between the pointer and the rows.
        try {
            return askOnce(question);
        } catch (SQLException e) {
            throw new QueryFailed(e);
        }
    }

    private <T> T askOnce(Question<T> question) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            int isolation = connection.getTransactionIsolation();
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try {
                Generation current = current(connection);
                SearchPath.set(connection, current);
                return question.ask(connection, current);
            } finally {
                connection.rollback();
                connection.setTransactionIsolation(isolation);
                connection.setReadOnly(false);
                connection.setAutoCommit(true);
            }
        }
    }

    /** Reads one row. */
    @FunctionalInterface
    public interface RowMapper<T> {
        T map(ResultSet row) throws SQLException;
    }

    /**
     * The rows that a statement finds in the current generation.
     *
     * @throws NotBuilt if no generation is served yet
     * @throws QueryFailed if the database fails
     */
    public <T> List<T> rows(String sql, List<?> values, RowMapper<T> mapper) {
        return ask((connection, generation) -> rows(connection, sql, values, mapper));
    }

    /** The rows that a statement finds, as a part of a question. */
    public static <T> List<T> rows(
            Connection connection, String sql, List<?> values, RowMapper<T> mapper)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
            List<T> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(mapper.map(rows));
                }
            }
            return found;
        }
    }

    private Generation current(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT generation FROM projection_current WHERE projection = ?")) {
            statement.setString(1, projection);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new NotBuilt(projection);
                }
                return new Generation(projection, row.getInt(1));
            }
        }
    }
}
