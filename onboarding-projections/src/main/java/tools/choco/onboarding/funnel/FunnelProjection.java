package tools.choco.onboarding.funnel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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

    /** A line for each funnel, with the hash of what matters in its file. */
    @Override
    public String configuration() {
        return definitions.stream()
                .map(it -> it.funnelId() + " " + it.hash())
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    /** Whether rows made with a configuration count a funnel, in this or in another version. */
    static boolean counts(String configuration, String funnelId) {
        return configuration.lines().anyMatch(line -> line.startsWith(funnelId + " "));
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
        EntryTable.delete(connection, fold.stored().keySet());
        Restatements.delete(connection, events);
        return true;
    }

    @Override
    public boolean passOver(Connection connection, LoggedEvent event) throws SQLException {
        Fold fold = new Fold(false);
        fold.read(connection, List.of(event));
        boolean known = fold.passOver(event);
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
            FullRollUp.of(connection, definition);
        }
        try (PreparedStatement statement =
                connection.prepareStatement("ANALYZE funnel_entry, funnel_cell")) {
            statement.execute();
        }
    }

    /** Sessions of some batches, before and after their events. */
    private final class Fold {

        /** The one that was used last as the last. */
        private final Map<Key, Held> sessions = new LinkedHashMap<>(16, 0.75f, true);

        private final StageNames stages = new StageNames();
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
            for (Step step : read(connection, events)) {
                add(step.definition(), step.session(), step.event());
            }
        }

        /** Reads the sessions of events, as far as they are not at hand. */
        List<Step> read(Connection connection, List<LoggedEvent> events) throws SQLException {
            List<Step> steps = new ArrayList<>(events.size());
            Set<Key> missing = new LinkedHashSet<>();
            for (LoggedEvent event : events) {
                for (FunnelDefinition definition : definitions) {
                    if (FunnelSession.handles(definition, event)) {
                        Key key = key(definition, event);
                        Held session = sessions.get(key);
                        if (session == null) {
                            session = new Held();
                            sessions.put(key, session);
                            if (!eachForTheFirstTime || !isFirst(event)) {
                                missing.add(key);
                            }
                        }
                        steps.add(new Step(definition, session, event));
                    }
                }
            }
            EntryTable.read(connection, missing)
                    .forEach(
                            (key, stored) ->
                                    sessions.computeIfAbsent(key, it -> new Held()).stored =
                                            stored);
            return steps;
        }

        private void add(FunnelDefinition definition, Held held, LoggedEvent event) {
            FunnelSession session = held.now();
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
            held.changed = next;
        }

        /** What changed, by funnel. */
        Map<String, Tally> tallies() {
            Map<String, Tally> tallies = new TreeMap<>();
            for (FunnelDefinition definition : definitions) {
                sessions.forEach(
                        (key, session) -> {
                            if (session.changed != null
                                    && key.funnel().equals(definition.funnelId())) {
                                Tally tally =
                                        tallies.computeIfAbsent(
                                                key.funnel(), it -> new Tally(definition));
                                if (session.stored != null) {
                                    session.stored.entries().forEach(it -> tally.add(it, -1));
                                }
                                session.changed.entries().forEach(it -> tally.add(it, 1));
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
                stored().forEach(
                                (key, session) -> {
                                    if (key.funnel().equals(definition.funnelId())) {
                                        session.entries().forEach(it -> tally.add(it, -1));
                                    }
                                });
                tallies.put(definition.funnelId(), tally);
            }
            return tallies;
        }

        /** Sessions as they are stored. */
        Map<Key, FunnelSession> stored() {
            Map<Key, FunnelSession> stored = new HashMap<>();
            sessions.forEach(
                    (key, session) -> {
                        if (session.stored != null) {
                            stored.put(key, session.stored);
                        }
                    });
            return stored;
        }

        /** Counts an event as applied; false if nothing is known of its sessions. */
        boolean passOver(LoggedEvent event) {
            boolean known = false;
            for (Held session : sessions.values()) {
                if (session.stored != null) {
                    session.changed = session.stored.passing(event);
                    known = true;
                }
            }
            return known;
        }

        /** Forgets sessions that were not used for the longest time; all are stored. */
        void retain(int sessionsMax) {
            Iterator<Key> eldest = sessions.keySet().iterator();
            for (int left = sessions.size(); left > sessionsMax; left--) {
                eldest.next();
                eldest.remove();
            }
        }

        /** Writes what changed; what is left is as it is stored. */
        void write(Connection connection) throws SQLException {
            // Sorted, so that two transactions never wait for each other's rows.
            TreeMap<Key, FunnelSession> changed = new TreeMap<>();
            Map<Key, FunnelSession> before = new HashMap<>();
            sessions.forEach(
                    (key, session) -> {
                        if (session.changed != null) {
                            changed.put(key, session.changed);
                            if (session.stored != null) {
                                before.put(key, session.stored);
                            }
                            session.stored = session.changed;
                            session.changed = null;
                        }
                    });
            if (eachForTheFirstTime) {
                EntryTable.fill(connection, before.keySet(), changed);
            } else {
                EntryTable.write(connection, before, changed);
            }
            stages.write(connection);
            Restatements.write(connection, restatements);
            restatements.clear();
        }
    }

    /** A session at hand. */
    private static final class Held {

        /** As it is stored; null if it is not. */
        private @Nullable FunnelSession stored;

        /** As it is after events since; null if there were none. */
        private @Nullable FunnelSession changed;

        @Nullable FunnelSession now() {
            return changed == null ? stored : changed;
        }
    }

    /** An event of a session, for one of the funnels. */
    private record Step(FunnelDefinition definition, Held session, LoggedEvent event) {}

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
