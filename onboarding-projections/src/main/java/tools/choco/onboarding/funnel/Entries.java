package tools.choco.onboarding.funnel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.funnel.EntryPage.Reach;
import tools.choco.onboarding.funnel.RollUps.Group;
import tools.choco.onboarding.projection.Conditions;
import tools.choco.onboarding.projection.Cursor;
import tools.choco.onboarding.projection.StoredText;

/** Counts entries, from the roll-ups where these tell enough apart, and lists them. */
final class Entries {

    /** Entries that a page looks at, at most: what it costs does not depend on what it finds. */
    private static final int LOOKED_AT_MAX = 2_000;

    private static final int LOOKED_AT_FIRST = 200;
    private static final int ENTRIES_AT_ONCE = 2_000;

    /**
     * What a page is about.
     *
     * @param stage a stage that its entries were offered
     * @param after where the page begins: a day, and an entry of it; null for the first
     */
    record Wanted(
            String stage,
            @Nullable Reach reach,
            @Nullable Outcome outcome,
            @Nullable Cursor after,
            int limit) {}

    /**
     * Some entries.
     *
     * @param next where the next page begins; null after the last
     */
    record Page(List<EntryPage.Item> items, @Nullable Cursor next) {}

    private Entries() {}

    /**
     * Counts the entries of a question.
     *
     * @param byDay whether each day is told apart
     * @param byValue whether each value of the question's breakdown is told apart
     */
    static Map<Group, Counters> count(
            Connection connection,
            FunnelQuestion question,
            Order order,
            boolean byDay,
            boolean byValue)
            throws SQLException {
        String breakdown = byValue ? question.breakdown() : null;
        Map<String, String> filters = question.filters();
        if (filters.isEmpty()) {
            return ofCells(
                    connection,
                    question,
                    order,
                    breakdown == null ? "" : breakdown,
                    null,
                    byDay,
                    byValue);
        }
        Map.Entry<String, String> filter = filters.entrySet().iterator().next();
        if (filters.size() == 1 && (breakdown == null || breakdown.equals(filter.getKey()))) {
            return ofCells(
                    connection,
                    question,
                    order,
                    filter.getKey(),
                    StoredText.of(filter.getValue()),
                    byDay,
                    byValue);
        }
        return countOneByOne(connection, question, order, byDay, breakdown);
    }

    private static Map<Group, Counters> ofCells(
            Connection connection,
            FunnelQuestion question,
            Order order,
            String dimension,
            @Nullable String value,
            boolean byDay,
            boolean byValue)
            throws SQLException {
        return RollUps.read(
                connection,
                new RollUps.Grain(question.funnel().funnelId(), order.key(), dimension),
                new RollUps.Range(
                        Math.toIntExact(question.from().toEpochDay()),
                        Math.toIntExact(question.to().toEpochDay()),
                        question.includeTest(),
                        value),
                byDay,
                byValue);
    }

    private static Map<Group, Counters> countOneByOne(
            Connection connection,
            FunnelQuestion question,
            Order order,
            boolean byDay,
            @Nullable String breakdown)
            throws SQLException {
        int value = question.funnel().dimensionNames().indexOf(breakdown);
        Map<Group, Counters> counted = new TreeMap<>();
        Conditions conditions = conditions(question);
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT entry, test, facts FROM funnel_entry" + conditions.where())) {
            statement.setFetchSize(ENTRIES_AT_ONCE);
            bind(statement, conditions);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    FunnelEntry entry =
                            EntryCodec.entry(row.getInt(1), row.getBoolean(2), row.getBytes(3));
                    Group group =
                            new Group(
                                    byDay ? Math.toIntExact(entry.startedDay().toEpochDay()) : 0,
                                    value < 0 ? "" : entry.dimensionValues().get(value));
                    Contribution.of(
                            question.funnel(),
                            entry,
                            order,
                            1,
                            counted.computeIfAbsent(group, it -> new Counters()));
                }
            }
        }
        return counted;
    }

    /** Those of the latest days first; of one day in the order of their sessions' ids. */
    static Page page(Connection connection, FunnelQuestion question, Wanted wanted)
            throws SQLException {
        List<EntryPage.Item> items = new ArrayList<>();
        Cursor after = wanted.after();
        int lookedAt = 0;
        int some = LOOKED_AT_FIRST;
        while (lookedAt < LOOKED_AT_MAX) {
            List<Row> rows = rows(connection, question, wanted, after, some);
            for (Row row : rows) {
                EntryPage.Item item = item(question, wanted, row);
                if (item != null) {
                    items.add(item);
                }
                after = row.cursor();
                if (items.size() == wanted.limit()) {
                    return new Page(items, after);
                }
            }
            if (rows.size() < some) {
                return new Page(items, null);
            }
            lookedAt += some;
            some = Math.min(2 * some, LOOKED_AT_MAX - lookedAt);
        }
        return new Page(items, after);
    }

    private record Row(UUID sessionId, LocalDate day, FunnelEntry entry, String outcome) {

        /** The entry's number stands in the place of seconds of the day. */
        Cursor cursor() {
            return new Cursor(
                    day.atStartOfDay(ZoneOffset.UTC).toInstant().plusSeconds(entry.number()),
                    sessionId.toString());
        }
    }

    private static List<Row> rows(
            Connection connection,
            FunnelQuestion question,
            Wanted wanted,
            @Nullable Cursor after,
            int limit)
            throws SQLException {
        Conditions conditions = conditions(question);
        if (wanted.outcome() != null) {
            conditions.add("outcome = ?", wanted.outcome().key());
        }
        if (after != null) {
            Instant day = after.at().truncatedTo(ChronoUnit.DAYS);
            conditions.add(
                    "(day, session_id, entry) < (?, ?, ?)",
                    LocalDate.ofInstant(day, ZoneOffset.UTC),
                    UUID.fromString(after.id()),
                    Math.toIntExact(ChronoUnit.SECONDS.between(day, after.at())));
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT session_id, day, entry, test, facts, outcome FROM funnel_entry"
                                + conditions.where()
                                + " ORDER BY day DESC, session_id DESC, entry DESC LIMIT "
                                + limit)) {
            bind(statement, conditions);
            List<Row> rows = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    rows.add(
                            new Row(
                                    row.getObject(1, UUID.class),
                                    row.getObject(2, LocalDate.class),
                                    EntryCodec.entry(
                                            row.getInt(3), row.getBoolean(4), row.getBytes(5)),
                                    row.getString(6)));
                }
            }
            return rows;
        }
    }

    private static EntryPage.@Nullable Item item(FunnelQuestion question, Wanted wanted, Row row) {
        FunnelEntry entry = row.entry();
        Standing standing = Standing.of(entry);
        int stage = entry.stages().indexOf(wanted.stage());
        if (stage < 0 || !standing.isOffered(stage)) {
            return null;
        }
        long start = entry.facts().get(standing.start()).timeMicros();
        List<EntryPage.Receipt> events = new ArrayList<>();
        Reach reach = Reach.NOT_REACHED;
        for (StageReceipt receipt :
                StageReceipt.receipts(question.funnel(), entry, question.order())) {
            // As the roll-ups have it: by buckets, at whose ends the windows are.
            boolean inTime =
                    Buckets.of(receipt.timeMicros() - start) <= question.window().lastBucket();
            if (!receipt.skipped() && !inTime) {
                continue;
            }
            Reach its = receipt.skipped() ? Reach.SKIPPED : Reach.REACHED;
            events.add(
                    new EntryPage.Receipt(
                            receipt.stage(),
                            its,
                            receipt.eventId().toString(),
                            Long.toString(receipt.position()),
                            Instant.EPOCH.plus(receipt.timeMicros(), ChronoUnit.MICROS)));
            if (receipt.stage().equals(wanted.stage())) {
                reach = its;
            }
        }
        if (wanted.reach() != null && wanted.reach() != reach) {
            return null;
        }
        Map<String, String> dimensions = new LinkedHashMap<>();
        for (int i = 0; i < entry.dimensionValues().size(); i++) {
            dimensions.put(
                    question.funnel().dimensionNames().get(i), entry.dimensionValues().get(i));
        }
        return new EntryPage.Item(
                row.sessionId().toString(),
                entry.number(),
                row.day(),
                standing.outcome(),
                entry.test(),
                dimensions,
                reach,
                events);
    }

    private static Conditions conditions(FunnelQuestion question) {
        Conditions conditions = new Conditions();
        conditions.add("funnel = ?", question.funnel().funnelId());
        conditions.add("day BETWEEN ? AND ?", question.from(), question.to());
        if (!question.includeTest()) {
            conditions.add("NOT test");
        }
        List<String> names = question.funnel().dimensionNames();
        question.filters()
                .forEach(
                        (dimension, value) ->
                                conditions.add(
                                        "dimensions[?] = ?",
                                        names.indexOf(dimension) + 1,
                                        EntryTable.filterable(StoredText.of(value))));
        return conditions;
    }

    private static void bind(PreparedStatement statement, Conditions conditions)
            throws SQLException {
        int index = 1;
        for (Object value : conditions.values()) {
            statement.setObject(index++, value);
        }
    }
}
