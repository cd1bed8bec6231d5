package tools.choco.onboarding.relay;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The right to write to the stream, for one process at a time: an advisory lock of the database,
 * held by a transaction that does nothing else. The server ends that transaction, and frees the
 * lock, when the process is gone or has not asked {@link #isWanted()} for long.
 */
final class RelayLock implements AutoCloseable {

    /** "stream" in ASCII. */
    private static final long KEY = 0x73747265616dL;

    /** Silence after which a holder counts as frozen. */
    private static final Duration IDLE_MAX = Duration.ofSeconds(30);

    private static final String LIMITS =
            """
            SELECT set_config('idle_in_transaction_session_timeout', ?, true),
                   set_config('lock_timeout', ?, true)
            """;

    private static final String WANTED =
            """
            SELECT EXISTS (SELECT FROM pg_locks
                           WHERE locktype = 'advisory' AND NOT granted
                             AND database = (SELECT oid FROM pg_database
                                             WHERE datname = current_database())
                             AND classid = ?::bigint::oid AND objid = ?::bigint::oid
                             AND objsubid = 1)
            """;

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final Connection connection;

    private RelayLock(Connection connection) {
        this.connection = connection;
    }

    /** The lock; null if another has it. */
    static @Nullable RelayLock tryTake(DataSource source) throws SQLException {
        RelayLock lock = begin(source, Duration.ofSeconds(1));
        try (PreparedStatement statement =
                lock.connection.prepareStatement("SELECT pg_try_advisory_xact_lock(?)")) {
            statement.setLong(1, KEY);
            if (isTrue(statement)) {
                return lock;
            }
        } catch (SQLException failed) {
            lock.close();
            throw failed;
        }
        lock.close();
        return null;
    }

    /** The lock, from whoever has it; null if it is not given up in time. */
    static @Nullable RelayLock take(DataSource source, Duration wait) throws SQLException {
        RelayLock lock = begin(source, wait);
        try (PreparedStatement statement =
                lock.connection.prepareStatement("SELECT pg_advisory_xact_lock(?)")) {
            statement.setLong(1, KEY);
            statement.execute();
            return lock;
        } catch (SQLException failed) {
            lock.close();
            if (LOCK_NOT_AVAILABLE.equals(failed.getSQLState())) {
                return null;
            }
            throw failed;
        }
    }

    private static RelayLock begin(DataSource source, Duration wait) throws SQLException {
        Connection connection = source.getConnection();
        RelayLock lock = new RelayLock(connection);
        try {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(LIMITS)) {
                statement.setString(1, Long.toString(IDLE_MAX.toMillis()));
                statement.setString(2, Long.toString(wait.toMillis()));
                statement.execute();
            }
            return lock;
        } catch (SQLException failed) {
            lock.close();
            throw failed;
        }
    }

    /**
     * Whether somebody waits for the lock; asked about every second, which also shows the server
     * that the holder lives.
     *
     * @throws SQLException if the lock is lost
     */
    boolean isWanted() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(WANTED)) {
            statement.setLong(1, KEY >>> 32);
            statement.setLong(2, KEY & 0xffff_ffffL);
            return isTrue(statement);
        }
    }

    private static boolean isTrue(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            if (!connection.isClosed()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }
}
