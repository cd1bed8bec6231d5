package tools.choco.onboarding.funnel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes the roll-ups of a funnel from all its entries, day by day, where nobody else writes. The
 * arithmetic is done on all processors.
 */
final class FullRollUp {

    private static final int ENTRIES_AT_ONCE = 20_000;
    private static final int ENTRIES_PER_TASK = 1_000;
    private static final int CELLS_PER_COPY = 2_000;

    /** In the place of a dimension. */
    private static final int TOTAL = -1;

    private static final Order[] ORDERS = Order.values();

    private final Connection connection;
    private final FunnelDefinition definition;
    private final CountIndex index = new CountIndex();
    private final List<Block> blocks = new ArrayList<>();
    private final List<RollUps.Encoded> encoded = new ArrayList<>();

    private FullRollUp(Connection connection, FunnelDefinition definition) {
        this.connection = connection;
        this.definition = definition;
        for (int span : RollUps.SPANS) {
            if (span > 1) {
                blocks.add(new Block(span));
            }
        }
    }

    /** Writes all cells of a funnel, which has none. */
    static void of(Connection connection, FunnelDefinition definition) throws SQLException {
        new FullRollUp(connection, definition).run();
    }

    private void run() throws SQLException {
        try (PreparedStatement entries =
                connection.prepareStatement(
                        """
                        SELECT entry, test, facts FROM funnel_entry
                        WHERE funnel = ? AND day = DATE '1970-01-01' + ?
                        """)) {
            entries.setFetchSize(ENTRIES_AT_ONCE);
            entries.setString(1, definition.funnelId());
            Map<Column, Cell> cells = new HashMap<>();
            for (int day : days()) {
                entries.setInt(2, day);
                count(entries, cells);
                encode(cells, 1, day);
                for (Block block : blocks) {
                    block.add(day, cells);
                }
                cells.values().forEach(Cell::clear);
                write(CELLS_PER_COPY);
            }
        }
        blocks.forEach(Block::end);
        write(1);
    }

    private List<Integer> days() throws SQLException {
        List<Integer> days = new ArrayList<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT DISTINCT day - DATE '1970-01-01' FROM funnel_entry
                        WHERE funnel = ? AND day IS NOT NULL ORDER BY 1
                        """)) {
            statement.setString(1, definition.funnelId());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    days.add(row.getInt(1));
                }
            }
        }
        return days;
    }

    /** Which cells of a day: one for each value of each dimension, and the total. */
    private record Column(int dimension, String value, boolean test) {}

    private record StoredEntry(int number, boolean test, byte[] facts) {}

    /** An entry, and the places of what it adds under each order. */
    private record Counted(List<String> values, boolean test, List<int[]> byOrder) {}

    private void count(PreparedStatement entries, Map<Column, Cell> cells) throws SQLException {
        List<StoredEntry> some = new ArrayList<>();
        try (ResultSet row = entries.executeQuery()) {
            while (row.next()) {
                some.add(new StoredEntry(row.getInt(1), row.getBoolean(2), row.getBytes(3)));
                if (some.size() == ENTRIES_AT_ONCE) {
                    add(some, cells);
                    some.clear();
                }
            }
        }
        add(some, cells);
    }

    private void add(List<StoredEntry> entries, Map<Column, Cell> cells) {
        List<List<StoredEntry>> parts = new ArrayList<>();
        for (int i = 0; i < entries.size(); i += ENTRIES_PER_TASK) {
            parts.add(entries.subList(i, Math.min(entries.size(), i + ENTRIES_PER_TASK)));
        }
        parts.parallelStream()
                .map(part -> part.stream().map(this::counted).toList())
                .toList()
                .forEach(part -> part.forEach(it -> add(it, cells)));
    }

    private Counted counted(StoredEntry stored) {
        FunnelEntry entry = EntryCodec.entry(stored.number(), stored.test(), stored.facts());
        List<int[]> byOrder = new ArrayList<>(ORDERS.length);
        for (Order order : ORDERS) {
            Places places = new Places();
            Contribution.of(definition, entry, order, 1, places);
            byOrder.add(Arrays.copyOf(places.places, places.size));
        }
        return new Counted(entry.dimensionValues(), entry.test(), byOrder);
    }

    /** Where an entry adds one. */
    private final class Places implements Contribution.Counts {
        private int[] places = new int[64];
        private int size;

        @Override
        public void add(Metric metric, String stage, String label, int bucket, long n) {
            if (size == places.length) {
                places = Arrays.copyOf(places, 2 * size);
            }
            places[size++] = index.place(metric, stage, label, bucket);
        }
    }

    private void add(Counted entry, Map<Column, Cell> cells) {
        cell(new Column(TOTAL, "", entry.test()), cells).add(entry.byOrder());
        for (int i = 0; i < entry.values().size(); i++) {
            cell(new Column(i, entry.values().get(i), entry.test()), cells).add(entry.byOrder());
        }
    }

    private Cell cell(Column column, Map<Column, Cell> cells) {
        return cells.computeIfAbsent(column, it -> new Cell());
    }

    /** Counts by order and place. The arrays are large, so they serve the next day too. */
    private final class Cell {
        private final int[][] byOrder = new int[ORDERS.length][0];
        private int entries;

        boolean isEmpty() {
            return entries == 0;
        }

        void add(List<int[]> places) {
            entries++;
            for (int order = 0; order < byOrder.length; order++) {
                int[] counts = roomFor(index.size(), order);
                for (int place : places.get(order)) {
                    counts[place]++;
                }
            }
        }

        void addAll(Cell other) {
            entries += other.entries;
            for (int order = 0; order < byOrder.length; order++) {
                int[] theirs = other.byOrder[order];
                int[] counts = roomFor(theirs.length, order);
                for (int place = 0; place < theirs.length; place++) {
                    counts[place] += theirs[place];
                }
            }
        }

        private int[] roomFor(int size, int order) {
            if (byOrder[order].length < size) {
                byOrder[order] = Arrays.copyOf(byOrder[order], size);
            }
            return byOrder[order];
        }

        void clear() {
            if (!isEmpty()) {
                entries = 0;
                for (int[] counts : byOrder) {
                    Arrays.fill(counts, 0);
                }
            }
        }
    }

    /** The cells of one length, longer than a day, to which days are being added. */
    private final class Block {
        private final int span;
        private final Map<Column, Cell> cells = new HashMap<>();
        private int begin;

        Block(int span) {
            this.span = span;
        }

        /** Adds a day, which comes after all that were added before. */
        void add(int day, Map<Column, Cell> more) {
            int its = Math.floorDiv(day, span) * span;
            if (its != begin) {
                end();
                begin = its;
            }
            more.forEach(
                    (column, cell) -> {
                        if (!cell.isEmpty()) {
                            cell(column, cells).addAll(cell);
                        }
                    });
        }

        void end() {
            encode(cells, span, begin);
            cells.values().forEach(Cell::clear);
        }
    }

    private void encode(Map<Column, Cell> cells, int span, int day) {
        cells.forEach(
                (column, cell) -> {
                    for (int order = 0; order < ORDERS.length && !cell.isEmpty(); order++) {
                        encoded.add(
                                new RollUps.Encoded(
                                        ORDERS[order].key(),
                                        column.dimension() == TOTAL
                                                ? ""
                                                : definition
                                                        .dimensionNames()
                                                        .get(column.dimension()),
                                        span,
                                        day,
                                        column.value(),
                                        column.test(),
                                        index.encoded(cell.byOrder[order])));
                    }
                });
    }

    private void write(int cellsMin) throws SQLException {
        if (encoded.size() >= cellsMin) {
            RollUps.fill(connection, definition.funnelId(), encoded);
            encoded.clear();
        }
    }
}
