package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Compares the tables of two generations, row by row by primary key, in one snapshot. */
final class Comparison {

    private static final JsonMapper JSON = new JsonMapper();

    private final Connection connection;
    private final Generation next;
    private final Generation other;
    private final Set<String> apart;
    private final int samplesMax;

    /**
     * @param connection whose transaction has the snapshot
     * @param apart tables that are not compared
     * @param samplesMax samples at most of each kind of difference of each table
     */
    Comparison(
            Connection connection,
            Generation next,
            Generation other,
            Set<String> apart,
            int samplesMax) {
        this.connection = connection;
        this.next = next;
        this.other = other;
        this.apart = apart;
        this.samplesMax = samplesMax;
    }

    List<Difference.Table> tables() throws SQLException {
        Map<String, List<String>> keysNext = keys(next);
        Map<String, List<String>> keysOther = keys(other);
        TreeSet<String> names = new TreeSet<>(keysNext.keySet());
        names.addAll(keysOther.keySet());
        names.removeAll(apart);
        List<Difference.Table> tables = new ArrayList<>();
        for (String name : names) {
            List<String> key = keysNext.get(name);
            if (key == null || !key.equals(keysOther.get(name))) {
                // Of another layout: there is no row of one that is a row of the other.
                long rowsNext = key == null ? 0 : rows(next, name);
                long rowsOther = keysOther.containsKey(name) ? rows(other, name) : 0;
                tables.add(
                        new Difference.Table(
                                name, rowsNext, rowsOther, rowsNext, rowsOther, 0, List.of()));
            } else {
                tables.add(compare(name, key));
            }
        }
        return tables;
    }

    /** The columns of each table's primary key. */
    private Map<String, List<String>> keys(Generation generation) throws SQLException {
        Map<String, List<String>> keys = new TreeMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT c.relname, quote_ident(a.attname)
                        FROM pg_class c
                        LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
                        LEFT JOIN pg_attribute a
                            ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
                        WHERE c.relnamespace = ?::regnamespace AND c.relkind IN ('r', 'p')
                        ORDER BY c.relname, array_position(i.indkey::smallint[], a.attnum)
                        """)) {
            statement.setString(1, generation.name());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    String column = row.getString(2);
                    if (column == null) {
                        throw new IllegalStateException(
                                "Table %s of %s has no primary key"
                                        .formatted(row.getString(1), generation));
                    }
                    keys.computeIfAbsent(row.getString(1), name -> new ArrayList<>()).add(column);
                }
            }
        }
        return keys;
    }

    private long rows(Generation generation, String table) throws SQLException {
        try (PreparedStatement statement =
                        connection.prepareStatement(
                                "SELECT count(*) FROM %s.%s".formatted(generation.name(), table));
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private Difference.Table compare(String name, List<String> key) throws SQLException {
        String joined =
                "%s.%s n FULL JOIN %s.%s o ON %s"
                        .formatted(
                                next.name(),
                                name,
                                other.name(),
                                name,
                                key.stream()
                                        .map(it -> "n.%s = o.%s".formatted(it, it))
                                        .collect(Collectors.joining(" AND ")));
        String first = key.getFirst();
        String onlyNext = "o.%s IS NULL".formatted(first);
        String onlyOther = "n.%s IS NULL".formatted(first);
        String changed =
                "n.%1$s IS NOT NULL AND o.%1$s IS NOT NULL AND to_jsonb(n) <> to_jsonb(o)"
                        .formatted(first);
        long[] counts = new long[5];
        try (PreparedStatement statement =
                        connection.prepareStatement(
                                """
                                SELECT count(n.%1$s), count(o.%1$s), count(*) FILTER (WHERE %2$s),
                                    count(*) FILTER (WHERE %3$s), count(*) FILTER (WHERE %4$s)
                                FROM %5$s
                                """
                                        .formatted(first, onlyNext, onlyOther, changed, joined));
                ResultSet row = statement.executeQuery()) {
            row.next();
            for (int i = 0; i < counts.length; i++) {
                counts[i] = row.getLong(i + 1);
            }
        }
        List<Difference.Sample> samples = new ArrayList<>();
        addSamples(samples, counts[2], key, joined, onlyNext);
        addSamples(samples, counts[3], key, joined, onlyOther);
        addSamples(samples, counts[4], key, joined, changed);
        return new Difference.Table(
                name, counts[0], counts[1], counts[2], counts[3], counts[4], samples);
    }

    private void addSamples(
            List<Difference.Sample> samples,
            long count,
            List<String> key,
            String joined,
            String condition)
            throws SQLException {
        if (count == 0 || samplesMax == 0) {
            return;
        }
        String columns =
                key.stream()
                        .map(it -> "coalesce(n.%1$s, o.%1$s) AS %1$s".formatted(it))
                        .collect(Collectors.joining(", "));
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT to_jsonb(k), next, other
                        FROM (SELECT to_jsonb(n) AS next, to_jsonb(o) AS other, %1$s
                              FROM %2$s WHERE %3$s ORDER BY %4$s LIMIT ?) s
                        CROSS JOIN LATERAL (SELECT %5$s) k
                        """
                                .formatted(
                                        columns,
                                        joined,
                                        condition,
                                        key.stream()
                                                .map(it -> "coalesce(n.%1$s, o.%1$s)".formatted(it))
                                                .collect(Collectors.joining(", ")),
                                        key.stream()
                                                .map("s."::concat)
                                                .collect(Collectors.joining(", "))))) {
            statement.setInt(1, samplesMax);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    samples.add(
                            new Difference.Sample(
                                    JSON.readTree(row.getString(1)),
                                    json(row.getString(2)),
                                    json(row.getString(3))));
                }
            }
        }
    }

    private static @Nullable JsonNode json(@Nullable String text) {
        return text == null ? null : JSON.readTree(text);
    }
}
