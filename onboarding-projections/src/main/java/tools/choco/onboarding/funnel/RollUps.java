package tools.choco.onboarding.funnel;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.projection.BinaryCopy;

/**
 * Counts of a funnel's entries, kept like a log-structured store: cells by day, and the deltas of
 * the batches that are not merged into them yet. Their sum is that of all entries at any moment.
 *
 * <p>A batch adds one row a grain and changes none, so batches of different segments never wait for
 * each other. Cells are kept for 1, 8 and 64 days, so that a range of a year reads some dozens.
 *
 * <p>Days are counted from 1970-01-01, UTC.
 */
final class RollUps {

    /** Lengths of cells in days, the longest first; each is a multiple of the next. */
    static final int[] SPANS = {64, 8, 1};

    /** Batches whose deltas are left for queries to add up; with more, a batch merges them. */
    static final int BATCHES_MAX = 64;

    private static final int CELLS_PER_STATEMENT = 500;

    /**
     * What cells are kept for.
     *
     * @param ordering key of the order in which stages count
     * @param dimension empty for the total
     */
    record Grain(String funnel, String ordering, String dimension) implements Comparable<Grain> {

        private static final Comparator<Grain> ORDER =
                Comparator.comparing(Grain::funnel)
                        .thenComparing(Grain::ordering)
                        .thenComparing(Grain::dimension);

        @Override
        public int compareTo(Grain other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * A cell of a grain.
     *
     * @param value of the dimension; empty for the total
     * @param test whether it counts traffic marked as a test
     */
    record Place(int day, String value, boolean test) implements Comparable<Place> {

        private static final Comparator<Place> ORDER =
                Comparator.comparingInt(Place::day)
                        .thenComparing(Place::value)
                        .thenComparing(Place::test);

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * Which cells of a grain to add up.
     *
     * @param from first day, inclusive
     * @param to last day, inclusive
     * @param value of the dimension; null for every one
     */
    record Range(int from, int to, boolean includeTest, @Nullable String value) {

        private boolean holds(Place place) {
            return place.day() >= from
                    && place.day() <= to
                    && (includeTest || !place.test())
                    && (value == null || value.equals(place.value()));
        }
    }

    private record Cell(Grain grain, int span, Place place) {}

    /** Changes by grain and cell. */
    static final class Changes {
        private final Map<Grain, Map<Place, Counters>> byGrain = new TreeMap<>();

        void add(Grain grain, Place place, Counters counters) {
            byGrain.computeIfAbsent(grain, it -> new TreeMap<>())
                    .computeIfAbsent(place, it -> new Counters())
                    .addAll(counters);
        }
    }

    private RollUps() {}

    /** Writes down what a batch changed. */
    static void write(Connection connection, Changes changes) throws SQLException {
        List<Grain> grains = new ArrayList<>();
        List<byte[]> cells = new ArrayList<>();
        changes.byGrain.forEach(
                (grain, byPlace) -> {
                    byPlace.values().removeIf(Counters::isEmpty);
                    if (!byPlace.isEmpty()) {
                        grains.add(grain);
                        cells.add(encoded(byPlace));
                    }
                });
        if (grains.isEmpty()) {
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO funnel_delta (funnel, ordering, dimension, cells)
                        SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::bytea[])
                        """)) {
            setArray(statement, 1, "text", grains.stream().map(Grain::funnel).toArray());
            setArray(statement, 2, "text", grains.stream().map(Grain::ordering).toArray());
            setArray(statement, 3, "text", grains.stream().map(Grain::dimension).toArray());
            setArray(statement, 4, "bytea", cells.toArray(byte[][]::new));
            statement.executeUpdate();
        }
    }

    /**
     * Merges the deltas of a funnel into its cells if they have more than a number of rows, one for
     * each batch and grain; leaves them alone while another transaction is at it.
     */
    static void merge(Connection connection, String funnel, int rowsMax) throws SQLException {
        if (!exceeds(connection, funnel, rowsMax) || !lock(connection, funnel)) {
            return;
        }
        Map<Cell, Counters> changes = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        DELETE FROM funnel_delta WHERE funnel = ?
                        RETURNING ordering, dimension, cells
                        """)) {
            statement.setString(1, funnel);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Grain grain = new Grain(funnel, row.getString(1), row.getString(2));
                    decode(
                            row.getBytes(3),
                            place -> true,
                            (place, counters) -> {
                                for (int span : SPANS) {
                                    changes.computeIfAbsent(
                                                    cell(grain, span, place), it -> new Counters())
                                            .addAll(counters);
                                }
                            });
                }
            }
        }
        List<Cell> cells = new ArrayList<>(changes.keySet());
        for (int i = 0; i < cells.size(); i += CELLS_PER_STATEMENT) {
            List<Cell> some = cells.subList(i, Math.min(cells.size(), i + CELLS_PER_STATEMENT));
            addStored(connection, some, changes);
            store(connection, some, changes);
        }
    }

    /**
     * A cell with its counters.
     *
     * @param day the first one
     */
    record Encoded(
            String ordering,
            String dimension,
            int span,
            int day,
            String value,
            boolean test,
            byte[] counters) {}

    /** Writes cells of a funnel that are not there, where nobody else writes. */
    static void fill(Connection connection, String funnel, List<Encoded> cells)
            throws SQLException {
        BinaryCopy.into(
                connection,
                "funnel_cell (funnel, ordering, dimension, span, day, value, test, counters)",
                copy -> {
                    for (Encoded cell : cells) {
                        copy.row(8);
                        copy.text(funnel);
                        copy.text(cell.ordering());
                        copy.text(cell.dimension());
                        copy.integer(cell.span());
                        copy.integer(cell.day());
                        copy.text(cell.value());
                        copy.bool(cell.test());
                        copy.binary(cell.counters());
                    }
                });
    }

    /** Leaves neither cells nor deltas. */
    static void clear(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("TRUNCATE funnel_cell, funnel_delta")) {
            statement.execute();
        }
    }

    /**
     * What is told apart in an answer.
     *
     * @param day 0 if days are not
     * @param value empty if values are not
     */
    record Group(int day, String value) implements Comparable<Group> {

        /** Of everything together. */
        static final Group ALL = new Group(0, "");

        private static final Comparator<Group> ORDER =
                Comparator.comparingInt(Group::day).thenComparing(Group::value);

        @Override
        public int compareTo(Group other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * Adds up the cells of a range and the deltas that belong to it.
     *
     * @param byDay whether each day is told apart
     * @param byValue whether each value of the grain's dimension is told apart
     * @return groups in which there is a cell, sorted
     */
    static Map<Group, Counters> read(
            Connection connection, Grain grain, Range range, boolean byDay, boolean byValue)
            throws SQLException {
        Map<Group, Counters> sums = new TreeMap<>();
        Function<Place, Counters> sum =
                place ->
                        sums.computeIfAbsent(
                                new Group(byDay ? place.day() : 0, byValue ? place.value() : ""),
                                it -> new Counters());
        try (PreparedStatement statement = connection.prepareStatement(CELLS)) {
            int next = 1;
            for (int span : SPANS) {
                next = bind(statement, next, grain, range);
                statement.setInt(next++, span);
                setArray(statement, next++, "integer", daysOf(span, range, byDay).toArray());
            }
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    sum.apply(new Place(row.getInt(1), row.getString(2), row.getBoolean(3)))
                            .addAll(row.getBytes(4));
                }
            }
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT cells FROM funnel_delta
                        WHERE funnel = ? AND ordering = ? AND dimension = ?
                        """)) {
            bind(statement, grain);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    decode(
                            row.getBytes(1),
                            range::holds,
                            (place, counters) -> sum.apply(place).addAll(counters));
                }
            }
        }
        return sums;
    }

    private static final String CELLS =
            String.join(
                    " UNION ALL ",
                    Collections.nCopies(
                            SPANS.length,
                            """
                            SELECT day, value, test, counters FROM funnel_cell
                            WHERE funnel = ? AND ordering = ? AND dimension = ?
                                AND (? OR NOT test) AND (?::text IS NULL OR value = ?)
                                AND span = ? AND day = ANY (?)
                            """));

    private static int bind(PreparedStatement statement, int first, Grain grain, Range range)
            throws SQLException {
        statement.setString(first, grain.funnel());
        statement.setString(first + 1, grain.ordering());
        statement.setString(first + 2, grain.dimension());
        statement.setBoolean(first + 3, range.includeTest());
        statement.setString(first + 4, range.value());
        statement.setString(first + 5, range.value());
        return first + 6;
    }

    private static void bind(PreparedStatement statement, Grain grain) throws SQLException {
        statement.setString(1, grain.funnel());
        statement.setString(2, grain.ordering());
        statement.setString(3, grain.dimension());
    }

    /** First days of the cells of one length that a range is made of: the longest that fit. */
    private static List<Integer> daysOf(int wanted, Range range, boolean daily) {
        List<Integer> days = new ArrayList<>();
        int day = range.from();
        while (day <= range.to()) {
            int fitting = 1;
            for (int span : SPANS) {
                if (!daily && Math.floorMod(day, span) == 0 && day + span - 1 <= range.to()) {
                    fitting = span;
                    break;
                }
            }
            if (fitting == wanted) {
                days.add(day);
            }
            day += fitting;
        }
        return days;
    }

    private static Cell cell(Grain grain, int span, Place place) {
        return new Cell(
                grain,
                span,
                new Place(Math.floorDiv(place.day(), span) * span, place.value(), place.test()));
    }

    private static boolean exceeds(Connection connection, String funnel, int rowsMax)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT count(*) > ?
                        FROM (SELECT FROM funnel_delta WHERE funnel = ? LIMIT ?) deltas
                        """)) {
            statement.setInt(1, rowsMax);
            statement.setString(2, funnel);
            statement.setInt(3, rowsMax + 1);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private static boolean lock(Connection connection, String funnel) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT pg_try_advisory_xact_lock(
                            hashtextextended('funnel cells ' || current_schema() || ' ' || ?, 0))
                        """)) {
            statement.setString(1, funnel);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private static final String KEYS =
            """
            unnest(?::text[], ?::text[], ?::text[], ?::integer[], ?::integer[], ?::text[],
                ?::boolean[])
            """;

    private static int bindKeys(PreparedStatement statement, List<Cell> cells) throws SQLException {
        int next = 1;
        next = bindKey(statement, next, "text", cells, it -> it.grain().funnel());
        next = bindKey(statement, next, "text", cells, it -> it.grain().ordering());
        next = bindKey(statement, next, "text", cells, it -> it.grain().dimension());
        next = bindKey(statement, next, "integer", cells, Cell::span);
        next = bindKey(statement, next, "integer", cells, it -> it.place().day());
        next = bindKey(statement, next, "text", cells, it -> it.place().value());
        return bindKey(statement, next, "boolean", cells, it -> it.place().test());
    }

    private static int bindKey(
            PreparedStatement statement,
            int index,
            String type,
            Collection<Cell> cells,
            Function<Cell, Object> part)
            throws SQLException {
        setArray(statement, index, type, cells.stream().map(part).toArray());
        return index + 1;
    }

    private static void addStored(
            Connection connection, List<Cell> cells, Map<Cell, Counters> counters)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT funnel, ordering, dimension, span, day, value, test, counters
                        FROM %s AS wanted (funnel, ordering, dimension, span, day, value, test)
                        JOIN funnel_cell
                            USING (funnel, ordering, dimension, span, day, value, test)
                        """
                                .formatted(KEYS))) {
            bindKeys(statement, cells);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Cell cell =
                            new Cell(
                                    new Grain(row.getString(1), row.getString(2), row.getString(3)),
                                    row.getInt(4),
                                    new Place(row.getInt(5), row.getString(6), row.getBoolean(7)));
                    counters.computeIfAbsent(cell, it -> new Counters()).addAll(row.getBytes(8));
                }
            }
        }
    }

    private static void store(Connection connection, List<Cell> cells, Map<Cell, Counters> counters)
            throws SQLException {
        List<Cell> kept = new ArrayList<>();
        List<Cell> gone = new ArrayList<>();
        List<byte[]> encoded = new ArrayList<>();
        for (Cell cell : cells) {
            Counters its = counters.getOrDefault(cell, new Counters());
            if (its.isEmpty()) {
                gone.add(cell);
            } else {
                kept.add(cell);
                encoded.add(its.encoded());
            }
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO funnel_cell
                            (funnel, ordering, dimension, span, day, value, test, counters)
                        SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::integer[],
                            ?::integer[], ?::text[], ?::boolean[], ?::bytea[])
                        ON CONFLICT (funnel, ordering, dimension, span, day, value, test)
                            DO UPDATE SET counters = EXCLUDED.counters
                        """)) {
            setArray(statement, bindKeys(statement, kept), "bytea", encoded.toArray(byte[][]::new));
            statement.executeUpdate();
        }
        if (!gone.isEmpty()) {
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            """
                            DELETE FROM funnel_cell c
                            USING %s AS g (funnel, ordering, dimension, span, day, value, test)
                            WHERE (c.funnel, c.ordering, c.dimension, c.span, c.day, c.value, c.test)
                                = (g.funnel, g.ordering, g.dimension, g.span, g.day, g.value, g.test)
                            """
                                    .formatted(KEYS))) {
                bindKeys(statement, gone);
                statement.executeUpdate();
            }
        }
    }

    private static byte[] encoded(Map<Place, Counters> byPlace) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            for (Map.Entry<Place, Counters> cell : byPlace.entrySet()) {
                out.writeSInt32NoTag(cell.getKey().day());
                out.writeStringNoTag(cell.getKey().value());
                out.writeBoolNoTag(cell.getKey().test());
                out.writeByteArrayNoTag(cell.getValue().encoded());
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private interface PlaceVisitor {
        void cell(Place place, byte[] counters);
    }

    private interface PlaceFilter {
        boolean wants(Place place);
    }

    private static void decode(byte[] encoded, PlaceFilter filter, PlaceVisitor visitor) {
        CodedInputStream in = CodedInputStream.newInstance(encoded);
        try {
            while (!in.isAtEnd()) {
                Place place = new Place(in.readSInt32(), in.readString(), in.readBool());
                if (filter.wants(place)) {
                    visitor.cell(place, in.readByteArray());
                } else {
                    in.skipRawBytes(in.readRawVarint32());
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("These are no cells", e);
        }
    }

    private static void setArray(
            PreparedStatement statement, int index, String type, Object[] values)
            throws SQLException {
        Array array = statement.getConnection().createArrayOf(type, values);
        statement.setArray(index, array);
    }
}
