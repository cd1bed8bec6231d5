package tools.choco.onboarding.funnel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.projection.Projection;
import tools.choco.onboarding.projection.SessionTable;
import tools.choco.onboarding.projection.Tables;

/**
 * Keeps {@code funnel_entry}, one entry a session, and {@code funnel_stage}, the stages of each
 * flow version; fed by every event of sessions and sites.
 */
public final class FunnelProjection implements Projection {

    /** Name of the projection and its processor. */
    public static final String NAME = "funnel";

    /** Version of what the rows mean. */
    static final int VERSION = 1;

    private final SessionTable<OldFunnelEntry> entries =
            new SessionTable<>(
                    "funnel_entry",
                    OldFunnelEntry.class,
                    OldFunnelEntry::startedBy,
                    OldFunnelEntry.CHANGING);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int version() {
        return VERSION;
    }

    @Override
    public void apply(Connection connection, List<LoggedEvent> events) throws SQLException {
        entries.apply(connection, events);
        addStages(connection, events);
    }

    @Override
    public String tables() {
        return Tables.of(NAME);
    }

    /** A version of a flow never changes, so the first session of it names its stages for good. */
    private static void addStages(Connection connection, List<LoggedEvent> events)
            throws SQLException {
        // Sorted, so that two transactions never wait for each other's rows.
        Map<String, List<Stages.Stage>> byFlowVersion = new TreeMap<>();
        for (LoggedEvent event : events) {
            if (event.payload() instanceof OnboardingStarted started) {
                byFlowVersion.computeIfAbsent(
                        started.getFlowId() + "\n" + started.getFlowVersion(),
                        key -> Stages.offeredBy(started));
            }
        }
        if (byFlowVersion.isEmpty()) {
            return;
        }
        List<Stages.Stage> stages = byFlowVersion.values().stream().flatMap(List::stream).toList();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO funnel_stage (flow_id, flow_version, stage, part, ordinal)
                        SELECT * FROM unnest(?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                        """)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text", stages.stream().map(Stages.Stage::flowId).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "integer", stages.stream().map(Stages.Stage::flowVersion).toArray()));
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "text", stages.stream().map(Stages.Stage::stage).toArray()));
            statement.setArray(
                    4,
                    connection.createArrayOf(
                            "integer", stages.stream().map(Stages.Stage::part).toArray()));
            statement.setArray(
                    5,
                    connection.createArrayOf(
                            "integer", stages.stream().map(Stages.Stage::ordinal).toArray()));
            statement.executeUpdate();
        }
    }
}
