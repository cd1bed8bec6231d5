package tools.choco.onboarding.funnel;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.funnel.EntryTable.Key;
import tools.choco.onboarding.projection.Bulk;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.projection.Projection;
import tools.choco.onboarding.projection.Tables;

/**
 * Keeps the entries of sessions into every configured funnel, and the roll-ups of their numbers;
 * fed by our own events of sessions, sites and refusals, and by other services' events.
 *
 * <p>What a batch changes in the roll-ups is what its entries contribute after it minus what they
 * contributed before. A rebuild leaves the roll-ups alone, and computes them once from all entries.
 */
public final class FunnelProjection implements Projection {

    /** Name of the projection and its processor. */
    public static final String NAME = "funnel";

    /** Version of what the rows mean. */
    static final int VERSION = 2;

    private static final int ENTRIES_AT_ONCE = 20_000;
    private static final int ENTRIES_PER_TASK = 1_000;

    /** Sessions that a rebuild keeps in memory after they are written; they come again soon. */
    private static final int SESSIONS_RETAINED_MAX = 20_000;

    private final List<FunnelDefinition> definitions;
    private final int batchesMax;
    private final Set<EventType> handled = EnumSet.noneOf(EventType.class);

    /**
     * @param definitions the funnels, each id once
     */
    public FunnelProjection(List<FunnelDefinition> definitions) {
        this(definitions, RollUps.BATCHES_MAX);
    }

    /**
     * @param batchesMax batches whose changes may wait to be merged into the roll-ups
     */
    FunnelProjection(List<FunnelDefinition> definitions, int batchesMax) {
        this.definitions = List.copyOf(definitions);
        this.batchesMax = batchesMax;
        EventType.all().stream().filter(this::concernsAny).forEach(handled::add);
    }

    private boolean concernsAny(EventType type) {
        boolean own = type.isOfSessionOrSite() || type == EventType.COMMAND_REFUSED;
        return definitions.stream()
                .anyMatch(
                        it ->
                                it.sessions().areOwn()
                                        ? own
                                        : type == EventType.EXTERNAL_EVENT_RECEIVED);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int version() {
        return VERSION;
    }

    /** Changes with every change of a funnel's file that matters. */
    @Override
    public String configuration() {
        String all =
                definitions.stream()
                        .sorted(Comparator.comparing(FunnelDefinition::funnelId))
                        .map(it -> it.funnelId() + " " + it.hash())
                        .collect(Collectors.joining("\n"));
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(all.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean handles(EventType type) {
        return handled.contains(type);
    }

    @Override
    public String tables() {
        return Tables.of(NAME);
    }

    @Override
    public String indexes() {
        return Tables.indexesOf(NAME);
    }

    @Override
    public void apply(Connection connection, List<LoggedEvent> events) throws SQLException {
        Fold fold = new Fold(false);
        fold.add(connection, events);
        Map<String, Tally> tallies = fold.tallies();
        fold.write(connection);
        RollUps.Changes changes = new RollUps.Changes();
        for (Tally tally : tallies.values()) {
            tally.into(changes::add);
        }
        RollUps.write(connection, changes);
        for (FunnelDefinition definition : definitions) {
            if (tallies.containsKey(definition.funnelId())) {
                int grains = Order.values().length * (1 + definition.dimensions().size());
                RollUps.merge(connection, definition.funnelId(), batchesMax * grains);
            }
        }
    }

    /** Leaves the roll-ups alone until the end, and then computes them from all entries. */
    @Override
    public Bulk bulk() {
        Fold fold = new Fold(true);
        return new Bulk() {
            @Override
            public void add(Connection connection, List<LoggedEvent> events) throws SQLException {
                fold.add(connection, events);
            }

            @Override
            public void flush(Connection connection) throws SQLException {
                fold.write(connection);
                fold.retain(SESSIONS_RETAINED_MAX);
            }

            @Override
            public void end(Connection connection) throws SQLException {
                rollUp(connection);
            }
        };
    }

    /** With all they count for: their contributions are taken back. */
    @Override
    public boolean forget(Connection connection, List<LoggedEvent> events) throws SQLException {
        Fold fold = new Fold(false);
        fold.read(connection, events);
        RollUps.Changes changes = new RollUps.Changes();
        for (Tally tally : fold.takenBack().values()) {
            tally.into(changes::add);
        }
        RollUps.write(connection, changes);
        EntryTable.delete(connection, fold.stored.keySet());
        Restatements.delete(connection, events);
        return true;
    }

    @Override
    public boolean passOver(Connection connection, LoggedEvent event) throws SQLException {
        Fold fold = new Fold(false);
        fold.read(connection, List.of(event));
        fold.stored.forEach((key, session) -> fold.changed.put(key, session.passing(event)));
        boolean known = !fold.changed.isEmpty();
        fold.write(connection);
        return known;
    }

    /** What is in cells and what still in deltas depends on the batches; their sum does not. */
    @Override
    public Set<String> notCompared() {
        return Set.of("funnel_cell", "funnel_delta");
    }

    private void rollUp(Connection connection) throws SQLException {
        RollUps.clear(connection);
        for (FunnelDefinition definition : definitions) {
            RollUps.Filling filling = new RollUps.Filling(connection);
            for (int day : daysOf(connection, definition)) {
                filling.flush(day);
                tallyOf(connection, definition, day).into(filling::add);
            }
            filling.flush();
        }
        try (PreparedStatement statement =
                connection.prepareStatement("ANALYZE funnel_entry, funnel_cell")) {
            statement.execute();
        }
    }

    private static List<Integer> daysOf(Connection connection, FunnelDefinition definition)
            throws SQLException {
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

    private record StoredEntry(int number, boolean test, byte[] facts) {}

    private static Tally tallyOf(Connection connection, FunnelDefinition definition, int day)
            throws SQLException {
        Tally all = new Tally(definition);
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT entry, test, facts FROM funnel_entry
                        WHERE funnel = ? AND day = DATE '1970-01-01' + ?
                        """)) {
            statement.setFetchSize(ENTRIES_AT_ONCE);
            statement.setString(1, definition.funnelId());
            statement.setInt(2, day);
            List<StoredEntry> some = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    some.add(new StoredEntry(row.getInt(1), row.getBoolean(2), row.getBytes(3)));
                    if (some.size() == ENTRIES_AT_ONCE) {
                        all.addAll(tallyOf(definition, some));
                        some.clear();
                    }
                }
            }
            all.addAll(tallyOf(definition, some));
        }
        return all;
    }

    /** The arithmetic of a rebuild is done on all processors. */
    private static Tally tallyOf(FunnelDefinition definition, List<StoredEntry> entries) {
        List<List<StoredEntry>> parts = new ArrayList<>();
        for (int i = 0; i < entries.size(); i += ENTRIES_PER_TASK) {
            parts.add(entries.subList(i, Math.min(entries.size(), i + ENTRIES_PER_TASK)));
        }
        return parts.parallelStream()
                .map(
                        part -> {
                            Tally tally = new Tally(definition);
                            part.forEach(
                                    it ->
                                            tally.add(
                                                    EntryCodec.entry(
                                                            it.number(), it.test(), it.facts()),
                                                    1));
                            return tally;
                        })
                .reduce(
                        new Tally(definition),
                        (one, other) -> {
                            Tally both = new Tally(definition);
                            both.addAll(one);
                            both.addAll(other);
                            return both;
                        });
    }

    /** Sessions of some batches, before and after their events. */
    private final class Fold {

        /** As they are stored, the one that was used last as the last; those that are not, not. */
        private final Map<Key, FunnelSession> stored = new LinkedHashMap<>(16, 0.75f, true);

        private final Map<Key, FunnelSession> changed = new HashMap<>();
        private StageNames stages = new StageNames();
        private final List<Restatement> restatements = new ArrayList<>();
        private final boolean eachForTheFirstTime;

        /**
         * @param eachForTheFirstTime whether no event comes again, so that a session's first one
         *     finds nothing stored
         */
        Fold(boolean eachForTheFirstTime) {
            this.eachForTheFirstTime = eachForTheFirstTime;
        }

        void add(Connection connection, List<LoggedEvent> events) throws SQLException {
            read(connection, events);
            for (LoggedEvent event : events) {
                for (FunnelDefinition definition : definitions) {
                    if (FunnelSession.handles(definition, event)) {
                        add(definition, event);
                    }
                }
            }
        }

        /** Reads the sessions of events, as far as they are not at hand. */
        void read(Connection connection, List<LoggedEvent> events) throws SQLException {
            Set<Key> begun = new HashSet<>();
            Set<Key> missing = new LinkedHashSet<>();
            for (LoggedEvent event : events) {
                for (FunnelDefinition definition : definitions) {
                    if (FunnelSession.handles(definition, event)) {
                        Key key = key(definition, event);
                        if (eachForTheFirstTime && isFirst(event)) {
                            begun.add(key);
                        } else if (!stored.containsKey(key)
                                && !changed.containsKey(key)
                                && !begun.contains(key)) {
                            missing.add(key);
                        }
                    }
                }
            }
            stored.putAll(EntryTable.read(connection, missing));
        }

        private void add(FunnelDefinition definition, LoggedEvent event) {
            Key key = key(definition, event);
            FunnelSession session = changed.getOrDefault(key, stored.get(key));
            if (session != null && session.contains(event)) {
                return;
            }
            FunnelSession next =
                    session == null
                            ? FunnelSession.startedBy(definition, event)
                            : session.after(definition, event);
            if (event.payload() instanceof OnboardingStarted started) {
                stages.add(
                        definition.funnelId(),
                        started.getFlowId(),
                        started.getFlowVersion(),
                        next.offered());
            }
            restatements.addAll(Restatement.of(definition, session, next, event));
            changed.put(key, next);
        }

        /** What changed, by funnel. */
        Map<String, Tally> tallies() {
            Map<String, Tally> tallies = new TreeMap<>();
            for (FunnelDefinition definition : definitions) {
                changed.forEach(
                        (key, session) -> {
                            if (key.funnel().equals(definition.funnelId())) {
                                Tally tally =
                                        tallies.computeIfAbsent(
                                                key.funnel(), it -> new Tally(definition));
                                FunnelSession before = stored.get(key);
                                if (before != null) {
                                    before.entries().forEach(it -> tally.add(it, -1));
                                }
                                session.entries().forEach(it -> tally.add(it, 1));
                            }
                        });
            }
            return tallies;
        }

        /** What all that is stored contributes, with the opposite sign, by funnel. */
        Map<String, Tally> takenBack() {
            Map<String, Tally> tallies = new TreeMap<>();
            for (FunnelDefinition definition : definitions) {
                Tally tally = new Tally(definition);
                stored.forEach(
                        (key, session) -> {
                            if (key.funnel().equals(definition.funnelId())) {
                                session.entries().forEach(it -> tally.add(it, -1));
                            }
                        });
                tallies.put(definition.funnelId(), tally);
            }
            return tallies;
        }

        /** Forgets sessions that were not used for the longest time, as far as they are stored. */
        void retain(int sessionsMax) {
            Iterator<Key> eldest = stored.keySet().iterator();
            for (int left = stored.size(); left > sessionsMax; left--) {
                eldest.next();
                eldest.remove();
            }
        }

        /** Writes what changed; what is left is as it is stored. */
        void write(Connection connection) throws SQLException {
            if (eachForTheFirstTime) {
                EntryTable.fill(connection, stored, changed);
            } else {
                EntryTable.write(connection, stored, new TreeMap<>(changed));
            }
            stages.write(connection);
            Restatements.write(connection, restatements);
            stored.putAll(changed);
            changed.clear();
            stages = new StageNames();
            restatements.clear();
        }
    }

    /** Whether nothing of its session can come before it. */
    private static boolean isFirst(LoggedEvent event) {
        return event.sequence() == 0
                && (event.payload() instanceof OnboardingStarted
                        || event.payload() instanceof ExternalEventReceived);
    }

    private static Key key(FunnelDefinition definition, LoggedEvent event) {
        return new Key(definition.funnelId(), FunnelSession.idOf(event));
    }
}
