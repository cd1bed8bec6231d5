package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are folded from events, each row from those with one key.
 *
 * <p>A batch takes a few statements, however many events and rows it has: the rows are read, folded
 * in memory, and those that changed are written.
 *
 * @param <R> the row, which never changes
 */
public final class RowFold<R> {

    /** Rows that a rebuild keeps in memory after they are written; they come again soon. */
    private static final int RETAINED_MAX = 20_000;

    private final RowStore<R> store;
    private final Function<LoggedEvent, String> key;
    private final Predicate<LoggedEvent> first;
    private final Step<R> step;

    /** What an event makes of a row. */
    @FunctionalInterface
    public interface Step<R> {

        /**
         * The row after an event; the same one if it holds the event already.
         *
         * @param row null if there is none yet
         * @throws BrokenHistory if the event cannot follow
         */
        R next(@Nullable R row, LoggedEvent event);
    }

    /**
     * @param key of the row that an event changes
     * @param first whether an event is the first one of its row
     */
    public RowFold(
            RowStore<R> store,
            Function<LoggedEvent, String> key,
            Predicate<LoggedEvent> first,
            Step<R> step) {
        this.store = store;
        this.key = key;
        this.first = first;
        this.step = step;
    }

    /**
     * Folds a batch into the table.
     *
     * @throws BrokenHistory if an event cannot follow those before it
     */
    public void apply(Connection connection, List<LoggedEvent> events) throws SQLException {
        Map<String, R> rows =
                store.read(connection, events.stream().map(key).collect(Collectors.toSet()));
        Set<String> stored = Set.copyOf(rows.keySet());
        Set<String> changed = new HashSet<>();
        fold(events, rows, changed);
        write(connection, rows, changed, stored);
    }

    /**
     * Counts an event as applied that is not.
     *
     * @param passing the row after an event that changes nothing else
     * @return false if there is no row for it
     */
    public boolean passOver(
            Connection connection, LoggedEvent event, BiFunction<R, LoggedEvent, R> passing)
            throws SQLException {
        String its = key.apply(event);
        R row = store.read(connection, Set.of(its)).get(its);
        if (row == null) {
            return false;
        }
        store.write(connection, Map.of(its, passing.apply(row, event)), Set.of(its));
        return true;
    }

    /** The same for a rebuild, which keeps the rows that come again in memory. */
    public Bulk bulk() {
        return new Retaining();
    }

    private void fold(List<LoggedEvent> events, Map<String, R> rows, Set<String> changed) {
        for (LoggedEvent event : events) {
            String its = key.apply(event);
            R row = rows.get(its);
            R next = step.next(row, event);
            if (next != row) {
                rows.put(its, next);
                changed.add(its);
            }
        }
    }

    private void write(
            Connection connection, Map<String, R> rows, Set<String> changed, Set<String> stored)
            throws SQLException {
        // Sorted, so that two transactions never wait for each other's rows.
        Map<String, R> sorted = new TreeMap<>();
        Set<String> before = new HashSet<>();
        for (String its : changed) {
            sorted.put(its, rows.get(its));
            if (stored.contains(its)) {
                before.add(its);
            }
        }
        store.write(connection, sorted, before);
    }

    private final class Retaining implements Bulk {

        /** The row that was used last is the last one. */
        private final Map<String, R> rows = new LinkedHashMap<>(16, 0.75f, true);

        private final Set<String> stored = new HashSet<>();
        private final Set<String> changed = new HashSet<>();

        @Override
        public void add(Connection connection, List<LoggedEvent> events) throws SQLException {
            Set<String> begun = new HashSet<>();
            Set<String> missing = new HashSet<>();
            for (LoggedEvent event : events) {
                String its = key.apply(event);
                if (!rows.containsKey(its) && !begun.contains(its)) {
                    (first.test(event) ? begun : missing).add(its);
                }
            }
            if (!missing.isEmpty()) {
                Map<String, R> found = store.read(connection, missing);
                stored.addAll(found.keySet());
                rows.putAll(found);
            }
            fold(events, rows, changed);
        }

        @Override
        public void flush(Connection connection) throws SQLException {
            write(connection, rows, changed, stored);
            stored.addAll(changed);
            changed.clear();
            Iterator<String> eldest = rows.keySet().iterator();
            for (int left = rows.size(); left > RETAINED_MAX; left--) {
                stored.remove(eldest.next());
                eldest.remove();
            }
        }
    }
}
