package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
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
        // Sorted, so that two transactions never wait for each other's rows.
        Map<String, R> changed = new TreeMap<>();
        for (LoggedEvent event : events) {
            String its = key.apply(event);
            R row = rows.get(its);
            R next = step.next(row, event);
            if (next != row) {
                rows.put(its, next);
                changed.put(its, next);
            }
        }
        Set<String> before = new HashSet<>(stored);
        before.retainAll(changed.keySet());
        store.write(connection, changed, before);
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

    /** A row at hand. */
    private static final class Held<R> {

        private @Nullable R row;

        /** Whether there is one in the table. */
        private boolean stored;

        /** Whether it is another one than in the table. */
        private boolean changed;
    }

    private final class Retaining implements Bulk {

        /** The row that was used last is the last one. */
        private final Map<String, Held<R>> rows = new LinkedHashMap<>(16, 0.75f, true);

        @Override
        public void add(Connection connection, List<LoggedEvent> events) throws SQLException {
            List<Held<R>> theirs = new ArrayList<>(events.size());
            Map<String, Held<R>> missing = new HashMap<>();
            for (LoggedEvent event : events) {
                String its = key.apply(event);
                Held<R> held = rows.get(its);
                if (held == null) {
                    held = new Held<>();
                    rows.put(its, held);
                    if (!first.test(event)) {
                        missing.put(its, held);
                    }
                }
                theirs.add(held);
            }
            if (!missing.isEmpty()) {
                store.read(connection, missing.keySet())
                        .forEach(
                                (its, row) -> {
                                    Held<R> held = rows.get(its);
                                    if (held != null) {
                                        held.row = row;
                                        held.stored = true;
                                    }
                                });
            }
            for (int i = 0; i < theirs.size(); i++) {
                Held<R> held = theirs.get(i);
                R next = step.next(held.row, events.get(i));
                held.changed |= next != held.row;
                held.row = next;
            }
        }

        @Override
        public void flush(Connection connection) throws SQLException {
            Map<String, R> sorted = new TreeMap<>();
            Set<String> before = new HashSet<>();
            rows.forEach(
                    (its, held) -> {
                        if (held.changed && held.row != null) {
                            sorted.put(its, held.row);
                            if (held.stored) {
                                before.add(its);
                            }
                            held.stored = true;
                            held.changed = false;
                        }
                    });
            store.write(connection, sorted, before);
            Iterator<String> eldest = rows.keySet().iterator();
            for (int left = rows.size(); left > RETAINED_MAX; left--) {
                eldest.next();
                eldest.remove();
            }
        }
    }
}
