package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.v1.OnboardingStarted;

/**
 * A table with one row a session, keyed by {@code session_id}, into which batches are folded.
 *
 * <p>A batch takes a few statements, however many events and sessions it has: the rows of its
 * sessions are read, folded in memory, and those that changed are written.
 *
 * <p>What was applied is known by each aggregate's own sequence numbers: a number that comes again
 * is passed over, one that is missing means a damaged log and stops the processor.
 *
 * @param <R> the row
 */
public final class SessionTable<R extends SessionRow<R>> {

    private final RowStore<R> store;
    private final Function<LoggedEvent, R> first;

    /**
     * @param store the rows by session
     * @param first makes the row from the session's first event
     */
    public SessionTable(RowStore<R> store, Function<LoggedEvent, R> first) {
        this.store = store;
        this.first = first;
    }

    /**
     * Over rows that travel as JSON.
     *
     * @param table name of the table
     * @param rowType record whose JSON has a member for every column
     * @param first makes the row from the session's first event
     * @param changing columns that events after the first can change
     */
    public SessionTable(
            String table, Class<R> rowType, Function<LoggedEvent, R> first, List<String> changing) {
        this(new JsonTable<>(table, rowType, changing), first);
    }

    /**
     * Folds a batch into the table.
     *
     * @throws BrokenHistory if an event cannot follow those before it
     */
    public void apply(Connection connection, List<LoggedEvent> events) throws SQLException {
        Set<String> sessions =
                events.stream().map(LoggedEvent::sessionId).collect(Collectors.toSet());
        Map<String, R> rows = store.read(connection, sessions);
        Set<String> stored = Set.copyOf(rows.keySet());
        // Sorted, so that two transactions never wait for each other's rows.
        Map<String, R> changed = new TreeMap<>();
        for (LoggedEvent event : events) {
            R row = rows.get(event.sessionId());
            if (row == null || !row.contains(event)) {
                R next = next(row, event);
                rows.put(event.sessionId(), next);
                changed.put(event.sessionId(), next);
            }
        }
        store.write(
                connection,
                changed,
                stored.stream().filter(changed::containsKey).collect(Collectors.toSet()));
    }

    private R next(@Nullable R row, LoggedEvent event) {
        if (row == null) {
            if (event.payload() instanceof OnboardingStarted && event.sequence() == 0) {
                return first.apply(event);
            }
            throw new BrokenHistory(event, "its session never started");
        }
        if (event.isOfSession() && event.sequence() != row.revision()) {
            throw new BrokenHistory(event, "an earlier event of its session is missing");
        }
        return row.after(event);
    }
}
