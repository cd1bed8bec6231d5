package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.v1.OnboardingStarted;

/**
 * A table with one row a session, keyed by {@code session_id}, into which batches are folded.
 *
 * <p>What was applied is known by each aggregate's own sequence numbers: a number that comes again
 * is passed over, one that is missing means a damaged log and parks the session.
 *
 * @param <R> the row
 */
public final class SessionTable<R extends SessionRow<R>> {

    private final RowFold<R> fold;
    private final Function<LoggedEvent, R> first;

    /**
     * @param store the rows by session
     * @param first makes the row from the session's first event
     */
    public SessionTable(RowStore<R> store, Function<LoggedEvent, R> first) {
        this.fold = new RowFold<>(store, LoggedEvent::sessionId, SessionTable::isFirst, this::next);
        this.first = first;
    }

    /**
     * Folds a batch into the table.
     *
     * @throws BrokenHistory if an event cannot follow those before it
     */
    public void apply(Connection connection, List<LoggedEvent> events) throws SQLException {
        fold.apply(connection, events);
    }

    /** The same for a rebuild. */
    public Bulk bulk() {
        return fold.bulk();
    }

    /**
     * Counts an event as applied that is not.
     *
     * @param passing the row after an event that changes nothing else
     * @return false if the session has no row
     */
    public boolean passOver(
            Connection connection, LoggedEvent event, BiFunction<R, LoggedEvent, R> passing)
            throws SQLException {
        return fold.passOver(connection, event, passing);
    }

    private R next(@Nullable R row, LoggedEvent event) {
        if (row == null) {
            if (isFirst(event)) {
                return first.apply(event);
            }
            throw new BrokenHistory(event, "its session never started");
        }
        if (row.contains(event)) {
            return row;
        }
        if (event.isOfSession() && event.sequence() != row.revision()) {
            throw new BrokenHistory(event, "an earlier event of its session is missing");
        }
        return row.after(event);
    }

    private static boolean isFirst(LoggedEvent event) {
        return event.sequence() == 0 && event.payload() instanceof OnboardingStarted;
    }
}
