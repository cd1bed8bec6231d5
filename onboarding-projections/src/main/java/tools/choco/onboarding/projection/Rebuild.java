package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.axonframework.eventhandling.Segment;
import tools.choco.onboarding.events.EventType;

/**
 * Fills a generation from the log, in large batches, each in a transaction with the position it
 * goes up to: after a crash it goes on where it was.
 *
 * <p>Of several instances one works on a generation, as long as its connection holds the lock.
 */
final class Rebuild {

    private final DataSource dataSource;
    private final LogSource log;
    private final Projection projection;
    private final Generation generation;
    private final int eventsPerBatchMax;

    Rebuild(
            DataSource dataSource,
            LogSource log,
            Projection projection,
            Generation generation,
            int eventsPerBatchMax) {
        this.dataSource = dataSource;
        this.log = log;
        this.projection = projection;
        this.generation = generation;
        this.eventsPerBatchMax = eventsPerBatchMax;
    }

    /** What is done once the log's end was reached, while the lock is still held. */
    @FunctionalInterface
    interface Ending {
        void at(long position);
    }

    /**
     * Works until the end of the log is reached.
     *
     * @return false if another instance is at it
     */
    boolean run(Ending ending) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            if (!lock(connection)) {
                return false;
            }
            connection.setAutoCommit(false);
            try {
                long head = log.head();
                long position = position(connection);
                while (position < head) {
                    log.read(position, eventsPerBatchMax, batch -> apply(connection, batch));
                    position = Math.max(head, position(connection));
                    head = log.head();
                }
                SearchPath.set(connection, generation);
                projection.built(connection);
                connection.commit();
                ending.at(position);
                return true;
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
                unlock(connection);
            }
        }
    }

    private void apply(Connection connection, List<LoggedEvent> batch) {
        try {
            List<LoggedEvent> handled =
                    batch.stream()
                            .filter(it -> projection.handles(EventType.of(it.payload())))
                            .toList();
            if (!handled.isEmpty()) {
                SearchPath.set(connection, generation);
                projection.fill(connection, handled);
            }
            Progress.move(connection, generation, Segment.ROOT_SEGMENT, batch.getLast());
            connection.commit();
        } catch (SQLException e) {
            throw new ProjectionException(projection, e);
        }
    }

    private long position(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT max(position) FROM projection_progress WHERE projection = ?")) {
            statement.setString(1, generation.name());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private boolean lock(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT pg_try_advisory_lock(hashtextextended('rebuild ' || ?, 0))")) {
            statement.setString(1, generation.name());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private void unlock(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT pg_advisory_unlock(hashtextextended('rebuild ' || ?, 0))")) {
            statement.setString(1, generation.name());
            statement.execute();
        }
    }
}
