package tools.choco.onboarding.funnel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.choco.onboarding.projection.StoredText;

/** The stages that sessions of each flow version were offered: table {@code funnel_stage}. */
final class StageNames {

    private static final String WANTED =
            """
            SELECT stage, part, min(ordinal) FROM funnel_stage
            WHERE funnel = ? AND (?::text IS NULL OR flow_id = ?)
                AND (?::text IS NULL OR flow_version = ?)
            GROUP BY stage, part
            """;

    private record Key(String funnel, String flowId, String flowVersion, String stage)
            implements Comparable<Key> {

        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::funnel)
                        .thenComparing(Key::flowId)
                        .thenComparing(Key::flowVersion)
                        .thenComparing(Key::stage);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    private record Place(String stage, int part, int ordinal) {}

    private record Version(String funnel, String flowId, int number) {}

    private final Set<Version> noted = new HashSet<>();

    /** Sorted, so that two transactions never wait for each other's rows. */
    private final Map<Key, Place> offered = new TreeMap<>();

    /** Notes the stages of a session; a flow's version never changes, so the first names them. */
    void add(String funnel, String flowId, int flowVersion, List<OfferedStage> stages) {
        if (!noted.add(new Version(funnel, flowId, flowVersion))) {
            return;
        }
        int ordinal = 0;
        int rule = -1;
        for (OfferedStage stage : stages) {
            ordinal = stage.rule() == rule ? ordinal + 1 : 0;
            rule = stage.rule();
            offered.putIfAbsent(
                    new Key(
                            funnel,
                            StoredText.of(flowId),
                            Integer.toString(flowVersion),
                            stage.name()),
                    new Place(stage.name(), rule, ordinal));
        }
    }

    /** Writes what is not written yet. */
    void write(Connection connection) throws SQLException {
        if (offered.isEmpty()) {
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO funnel_stage
                            (funnel, flow_id, flow_version, stage, part, ordinal)
                        SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[],
                            ?::integer[], ?::integer[])
                        ON CONFLICT DO NOTHING
                        """)) {
            set(statement, 1, "text", offered.keySet().stream().map(Key::funnel).toList());
            set(statement, 2, "text", offered.keySet().stream().map(Key::flowId).toList());
            set(statement, 3, "text", offered.keySet().stream().map(Key::flowVersion).toList());
            set(statement, 4, "text", offered.keySet().stream().map(Key::stage).toList());
            set(statement, 5, "integer", offered.values().stream().map(Place::part).toList());
            set(statement, 6, "integer", offered.values().stream().map(Place::ordinal).toList());
            statement.executeUpdate();
        }
        offered.clear();
    }

    private static void set(
            PreparedStatement statement, int index, String type, Collection<?> values)
            throws SQLException {
        statement.setArray(index, statement.getConnection().createArrayOf(type, values.toArray()));
    }

    /**
     * The stages of a funnel, in order: those that are offered to all, and those that some session
     * was offered.
     *
     * @param filters where they name a flow or its version, the stages are those of it
     */
    static List<String> of(
            Connection connection, FunnelDefinition funnel, Map<String, String> filters)
            throws SQLException {
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < funnel.stages().size(); i++) {
            StageRule rule = funnel.stages().get(i);
            if (rule.step() == null) {
                places.add(new Place(rule.stage(), i, 0));
            }
        }
        if (funnel.sessions().areOwn()) {
            try (PreparedStatement statement = connection.prepareStatement(WANTED)) {
                statement.setString(1, funnel.funnelId());
                String flow = filters.get(Dimension.FLOW);
                statement.setString(2, flow);
                statement.setString(3, flow);
                String version = filters.get(Dimension.VERSION);
                statement.setString(4, version);
                statement.setString(5, version);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        places.add(new Place(row.getString(1), row.getInt(2), row.getInt(3)));
                    }
                }
            }
        }
        return places.stream()
                .sorted(
                        Comparator.comparingInt(Place::part)
                                .thenComparingInt(Place::ordinal)
                                .thenComparing(Place::stage))
                .map(Place::stage)
                .distinct()
                .toList();
    }
}
