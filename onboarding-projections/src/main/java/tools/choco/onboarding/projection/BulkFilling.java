package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.axonframework.eventhandling.Segment;
import org.jspecify.annotations.Nullable;

/**
 * Applies the log to a generation that is being built: the fast way, until an event cannot be
 * applied; from then on as carefully as a running processor, parking what has to be.
 */
final class BulkFilling {

    private final Projection projection;
    private final Generation generation;
    private final List<LoggedEvent> uncommitted = new ArrayList<>();
    private @Nullable Bulk bulk;

    /**
     * Goes on where the generation is.
     *
     * @param connection without a transaction under way
     */
    BulkFilling(Connection connection, Projection projection, Generation generation)
            throws SQLException {
        this.projection = projection;
        this.generation = generation;
        this.bulk = Letters.any(connection, generation) ? null : projection.bulk();
        begin(connection);
    }

    void add(Connection connection, List<LoggedEvent> events) throws SQLException {
        uncommitted.addAll(events);
        Bulk fast = bulk;
        if (fast != null) {
            attempt(connection, () -> fast.add(connection, events));
        }
    }

    /** Commits all that was added, with the position of the last event that was read. */
    void commit(Connection connection, LoggedEvent last) throws SQLException {
        Bulk fast = bulk;
        if (fast != null) {
            attempt(connection, () -> fast.flush(connection));
        }
        if (bulk == null && !uncommitted.isEmpty()) {
            new Parking(projection, generation).apply(connection, uncommitted);
        }
        Progress.move(connection, generation, Segment.ROOT_SEGMENT, last);
        connection.commit();
        uncommitted.clear();
        begin(connection);
    }

    /** Makes up for what the fast way leaves undone; everything was committed before. */
    void end(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(projection.indexes());
        }
        (bulk == null ? projection.bulk() : bulk).end(connection);
        connection.commit();
    }

    @FunctionalInterface
    private interface Work {
        void run() throws SQLException;
    }

    private void attempt(Connection connection, Work work) throws SQLException {
        try {
            work.run();
        } catch (SQLException | RuntimeException failure) {
            if (!Poison.is(failure)) {
                throw failure;
            }
            bulk = null;
            connection.rollback();
            begin(connection);
        }
    }

    /** A commit that is lost with the machine takes rows and position with it alike. */
    private void begin(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL synchronous_commit TO off");
        }
        Appliers.join(connection, generation);
    }
}
