package tools.choco.onboarding.bench.funnel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.choco.onboarding.bench.database.Database;
import tools.jackson.databind.JsonNode;

/** The answer about the onboarding funnel in any order, by SQL, with the service's buckets. */
final class Rival {

    /** The days of a history. */
    static final String FROM = "2026-01-01";

    static final String TO = "2026-03-31";

    /** The window of the question, 30 days. */
    private static final long WINDOW_MILLIS = 30L * 24 * 60 * 60 * 1_000;

    private static final long END_MILLIS = 400L * 24 * 60 * 60 * 1_000;

    private static final String PASSED_BY_ENTRIES =
            """
            WITH chosen AS (
                SELECT * FROM bench.entry WHERE day BETWEEN %1$s AND %2$s
            ), passed AS (
                SELECT s.stage, s.reached_ms, s.skipped_ms,
                    coalesce(e.reached_ms[s.place - 1], e.skipped_ms[s.place - 1]) AS before_ms
                FROM chosen e,
                    unnest(e.stages, e.reached_ms, e.skipped_ms) WITH ORDINALITY
                        AS s (stage, reached_ms, skipped_ms, place)
            ), stands AS (
                SELECT outcome FROM chosen
            )
            """;

    private final Connection connection;
    private final String sql;

    private Rival(Database database, String passed) throws SQLException {
        this.connection = database.connect();
        this.sql =
                (passed + resource("counted"))
                        .formatted(
                                "DATE '" + FROM + "'",
                                "DATE '" + TO + "'",
                                WINDOW_MILLIS,
                                bounds().stream()
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(",", "'{", "}'")));
        try (var statement = connection.createStatement()) {
            statement.execute("SET TimeZone TO 'UTC'");
        }
    }

    /** Over the events as JSON rows. */
    static Rival overEvents(Database database) throws SQLException {
        return new Rival(database, resource("passed"));
    }

    /** Over the table of entries. */
    static Rival overEntries(Database database) throws SQLException {
        return new Rival(database, PASSED_BY_ENTRIES);
    }

    /** Makes the table of entries from the events. */
    static String entries() {
        return "SET TimeZone TO 'UTC'; CREATE TABLE bench.entry AS "
                + resource("passed").formatted("DATE '2000-01-01'", "DATE '2100-01-01'")
                + """
                  SELECT s.session_id, s.started_at::date AS day, s.outcome,
                      array_agg(p.stage ORDER BY p.place) AS stages,
                      array_agg(p.reached_ms ORDER BY p.place) AS reached_ms,
                      array_agg(p.skipped_ms ORDER BY p.place) AS skipped_ms
                  FROM stands s JOIN passed p USING (session_id)
                  GROUP BY s.session_id, s.started_at, s.outcome;
                  CREATE INDEX ON bench.entry (day)
                  """;
    }

    /** Milliseconds that the answer takes. */
    double millis() throws SQLException {
        long begin = System.nanoTime();
        numbers();
        return (System.nanoTime() - begin) / 1e6;
    }

    /** The answer's numbers by name. */
    Map<String, Object> numbers() throws SQLException {
        Map<String, Object> numbers = new TreeMap<>();
        List<Long> bounds = bounds();
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            while (row.next()) {
                var name = row.getString(2);
                switch (row.getString(1)) {
                    case "stage" -> {
                        numbers.put(name + " offered", row.getLong(4));
                        numbers.put(name + " sessions", row.getLong(5));
                        numbers.put(name + " skipped", row.getLong(6));
                        if (row.getLong(7) > 0) {
                            numbers.put(
                                    name + " fromPrevious",
                                    (double) row.getLong(8) / row.getLong(7));
                        }
                    }
                    case "bucket" ->
                            numbers.put(
                                    name + " up to " + bounds.get(row.getInt(3)), row.getLong(5));
                    default -> numbers.put(name, row.getLong(5));
                }
            }
        }
        return numbers;
    }

    /** The same numbers of the service's answer, with histograms. */
    static Map<String, Object> numbers(JsonNode answer) {
        Map<String, Object> numbers = new TreeMap<>();
        for (var stage : answer.get("stages")) {
            var name = stage.get("stage").stringValue();
            numbers.put(name + " offered", stage.get("offered").longValue());
            numbers.put(name + " sessions", stage.get("sessions").longValue());
            numbers.put(name + " skipped", stage.get("skipped").longValue());
            if (stage.get("fromPrevious").isNumber()) {
                numbers.put(name + " fromPrevious", stage.get("fromPrevious").doubleValue());
            }
            for (var bucket : stage.path("timeToReachMs").path("histogram")) {
                numbers.put(
                        name + " up to " + bucket.get("upToMs").longValue(),
                        bucket.get("sessions").longValue());
            }
        }
        for (var outcome : answer.get("outcomes").properties()) {
            if (outcome.getValue().longValue() > 0) {
                numbers.put(outcome.getKey(), outcome.getValue().longValue());
            }
        }
        return numbers;
    }

    /** Upper bounds of the service's buckets in milliseconds, as docs/funnels.md has them. */
    private static List<Long> bounds() {
        List<Long> bounds = new ArrayList<>();
        for (long millis = 0; millis <= 20; millis++) {
            bounds.add(millis);
        }
        for (long hours : new long[] {1, 6, 24, 72, 168, 336, 720, 2_160}) {
            fill(bounds, hours * 3_600_000);
        }
        fill(bounds, END_MILLIS);
        return bounds;
    }

    private static void fill(List<Long> bounds, long end) {
        while (bounds.getLast() < end) {
            bounds.add(Math.min(bounds.getLast() + bounds.getLast() / 20, end));
        }
    }

    private static String resource(String name) {
        try (InputStream file = Rival.class.getResourceAsStream("/funnel/" + name + ".sql")) {
            if (file == null) {
                throw new IllegalStateException("missing: " + name);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
