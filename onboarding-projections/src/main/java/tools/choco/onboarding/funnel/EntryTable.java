package tools.choco.onboarding.funnel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.projection.BinaryCopy;

/** Table {@code funnel_entry}: a few statements a batch, however many sessions it has. */
final class EntryTable {

    /** Stands before each value of {@code dimensions} on its way into the database. */
    private static final char SEPARATOR = '\u001F';

    private static final String READ =
            """
            SELECT funnel, session_id, entry, test, facts, session
            FROM unnest(?::text[], ?::uuid[]) AS wanted (funnel, session_id)
            JOIN funnel_entry USING (funnel, session_id)
            ORDER BY funnel, session_id, entry
            """;

    private static final String DELETE =
            """
            DELETE FROM funnel_entry e
            USING unnest(?::text[], ?::uuid[], ?::integer[]) AS gone (funnel, session_id, entry)
            WHERE (e.funnel, e.session_id, e.entry) = (gone.funnel, gone.session_id, gone.entry)
            """;

    private static final String TARGET =
            "funnel_entry"
                    + " (funnel, session_id, entry, day, test, outcome, dimensions, facts, session)";

    private static final int COLUMNS = 9;

    private static final String WRITE =
            """
            INSERT INTO funnel_entry
                (funnel, session_id, entry, day, test, outcome, dimensions, facts, session)
            SELECT funnel, session_id, entry, DATE '1970-01-01' + day, test, outcome,
                (string_to_array(dimensions, E'\\x1F'))[2:], facts, session
            FROM unnest(?::text[], ?::uuid[], ?::integer[], ?::integer[], ?::boolean[], ?::text[],
                    ?::text[], ?::bytea[], ?::bytea[])
                AS new (funnel, session_id, entry, day, test, outcome, dimensions, facts, session)
            ON CONFLICT (funnel, session_id, entry) DO UPDATE SET
                day = EXCLUDED.day, outcome = EXCLUDED.outcome, dimensions = EXCLUDED.dimensions,
                facts = EXCLUDED.facts, session = EXCLUDED.session
            """;

    /** A session in a funnel. */
    record Key(String funnel, String sessionId) implements Comparable<Key> {

        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::funnel).thenComparing(Key::sessionId);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    private record Row(Key key, FunnelEntry entry, byte @Nullable [] session) {}

    private EntryTable() {}

    /** The sessions of some keys, as far as they are there. */
    static Map<Key, FunnelSession> read(Connection connection, Collection<Key> keys)
            throws SQLException {
        if (keys.isEmpty()) {
            return Map.of();
        }
        Map<Key, List<FunnelEntry>> entries = new LinkedHashMap<>();
        Map<Key, byte[]> sessions = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            set(statement, 1, "text", keys.stream().map(Key::funnel).toArray());
            set(statement, 2, "uuid", keys.stream().map(EntryTable::id).toArray());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Key key = new Key(row.getString(1), row.getString(2));
                    entries.computeIfAbsent(key, it -> new ArrayList<>(1))
                            .add(
                                    EntryCodec.entry(
                                            row.getInt(3), row.getBoolean(4), row.getBytes(5)));
                    byte[] session = row.getBytes(6);
                    if (session != null) {
                        sessions.put(key, session);
                    }
                }
            }
        }
        Map<Key, FunnelSession> read = new HashMap<>();
        sessions.forEach(
                (key, session) ->
                        read.put(
                                key,
                                EntryCodec.session(
                                        key.sessionId(),
                                        session,
                                        entries.getOrDefault(key, List.of()))));
        return read;
    }

    /**
     * Writes sessions, most of them for the first time, where nobody else writes.
     *
     * @param stored those that are there
     */
    static void fill(
            Connection connection, Collection<Key> stored, SortedMap<Key, FunnelSession> sessions)
            throws SQLException {
        if (sessions.isEmpty()) {
            return;
        }
        if (!stored.isEmpty()) {
            delete(connection, stored);
        }
        BinaryCopy.into(
                connection,
                TARGET,
                copy -> {
                    for (Map.Entry<Key, FunnelSession> each : sessions.entrySet()) {
                        byte[] session = EntryCodec.encoded(each.getValue());
                        for (FunnelEntry entry : each.getValue().entries()) {
                            write(copy, each.getKey(), entry, session);
                            session = null;
                        }
                    }
                });
    }

    private static void write(
            BinaryCopy copy, Key key, FunnelEntry entry, byte @Nullable [] session)
            throws SQLException {
        copy.row(COLUMNS);
        copy.text(key.funnel());
        copy.uuid(id(key));
        copy.integer(entry.number());
        copy.date(entry.isStarted() ? entry.startedDay() : null);
        copy.bool(entry.test());
        copy.text(outcome(entry));
        copy.texts(entry.dimensionValues().stream().map(EntryTable::filterable).toList());
        copy.binary(EntryCodec.encoded(entry));
        copy.binary(session);
    }

    /**
     * Writes sessions.
     *
     * @param before what was read of them
     */
    static void write(
            Connection connection,
            Map<Key, FunnelSession> before,
            SortedMap<Key, FunnelSession> sessions)
            throws SQLException {
        if (sessions.isEmpty()) {
            return;
        }
        List<Row> rows = new ArrayList<>();
        List<Row> gone = new ArrayList<>();
        sessions.forEach(
                (key, session) -> {
                    boolean first = true;
                    for (FunnelEntry entry : session.entries()) {
                        rows.add(new Row(key, entry, first ? EntryCodec.encoded(session) : null));
                        first = false;
                    }
                    FunnelSession stored = before.get(key);
                    if (stored != null) {
                        Set<Integer> kept =
                                session.entries().stream()
                                        .map(FunnelEntry::number)
                                        .collect(Collectors.toSet());
                        stored.entries().stream()
                                .filter(entry -> !kept.contains(entry.number()))
                                .forEach(entry -> gone.add(new Row(key, entry, null)));
                    }
                });
        if (!gone.isEmpty()) {
            try (PreparedStatement statement = connection.prepareStatement(DELETE)) {
                setKeys(statement, gone);
                statement.executeUpdate();
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
            setKeys(statement, rows);
            set(statement, 4, "integer", rows.stream().map(it -> day(it.entry())).toArray());
            set(statement, 5, "boolean", rows.stream().map(it -> it.entry().test()).toArray());
            set(statement, 6, "text", rows.stream().map(it -> outcome(it.entry())).toArray());
            set(
                    statement,
                    7,
                    "text",
                    rows.stream()
                            .map(
                                    it ->
                                            it.entry().dimensionValues().stream()
                                                    .map(value -> SEPARATOR + filterable(value))
                                                    .collect(Collectors.joining()))
                            .toArray());
            set(
                    statement,
                    8,
                    "bytea",
                    rows.stream().map(it -> EntryCodec.encoded(it.entry())).toArray(byte[][]::new));
            set(statement, 9, "bytea", rows.stream().map(Row::session).toArray(byte[][]::new));
            statement.executeUpdate();
        }
    }

    /** Deletes all entries of sessions. */
    static void delete(Connection connection, Collection<Key> keys) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        DELETE FROM funnel_entry e
                        USING unnest(?::text[], ?::uuid[]) AS gone (funnel, session_id)
                        WHERE (e.funnel, e.session_id) = (gone.funnel, gone.session_id)
                        """)) {
            set(statement, 1, "text", keys.stream().map(Key::funnel).toArray());
            set(statement, 2, "uuid", keys.stream().map(EntryTable::id).toArray());
            statement.executeUpdate();
        }
    }

    /** A value as it stands in {@code dimensions}. */
    static String filterable(String value) {
        return value.replace(SEPARATOR, ' ');
    }

    private static @Nullable Integer day(FunnelEntry entry) {
        return entry.isStarted() ? Math.toIntExact(entry.startedDay().toEpochDay()) : null;
    }

    private static @Nullable String outcome(FunnelEntry entry) {
        return entry.isStarted() ? entry.outcome().key() : null;
    }

    private static void setKeys(PreparedStatement statement, List<Row> rows) throws SQLException {
        set(statement, 1, "text", rows.stream().map(it -> it.key().funnel()).toArray());
        set(statement, 2, "uuid", rows.stream().map(it -> id(it.key())).toArray());
        set(statement, 3, "integer", rows.stream().map(it -> it.entry().number()).toArray());
    }

    private static UUID id(Key key) {
        return UUID.fromString(key.sessionId());
    }

    private static void set(
            PreparedStatement statement, int index, String type, @Nullable Object[] values)
            throws SQLException {
        statement.setArray(index, statement.getConnection().createArrayOf(type, values));
    }
}
