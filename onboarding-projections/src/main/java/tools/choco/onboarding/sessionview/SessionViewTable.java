package tools.choco.onboarding.sessionview;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import tools.choco.onboarding.projection.BulkTable;
import tools.choco.onboarding.projection.SiteStates;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** The columns of {@code session_view}. */
final class SessionViewTable {

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .build();

    private static final TypeReference<List<StepRow>> STEPS = new TypeReference<>() {};
    private static final ObjectWriter STEPS_WRITER = JSON.writerFor(STEPS);
    private static final String NONE = "[]";

    static final BulkTable<SessionViewRow> ROWS =
            BulkTable.<SessionViewRow>named("session_view")
                    .text("session_id", SessionViewRow::sessionId)
                    .text("user_id", SessionViewRow::userId)
                    .text("workspace_id", SessionViewRow::workspaceId)
                    .text("flow_id", SessionViewRow::flowId)
                    .integer("flow_version", SessionViewRow::flowVersion)
                    .text("variant", SessionViewRow::variant)
                    .text("source", SessionViewRow::source)
                    .bool("test", SessionViewRow::test)
                    .text("status", row -> row.status().key())
                    .text("current_step", SessionViewRow::currentStep)
                    .text("path_id", SessionViewRow::pathId)
                    .integer("completed_steps", SessionViewRow::completedSteps)
                    .integer("skipped_steps", SessionViewRow::skippedSteps)
                    .jsonb("steps", row -> STEPS_WRITER.writeValueAsString(row.steps()))
                    .texts("site_ids", SessionViewRow::siteIds)
                    .jsonb("sites", row -> printed(row.sites()))
                    .bool("waits_for_site", SessionViewRow::waitsForSite)
                    .timestamp("started_at", SessionViewRow::startedAt)
                    .timestamp("last_activity_at", SessionViewRow::lastActivityAt)
                    .timestamp("last_event_at", SessionViewRow::lastEventAt)
                    .timestamp("completed_at", SessionViewRow::completedAt)
                    .text("previous_session_id", SessionViewRow::previousSessionId)
                    .text("new_session_id", SessionViewRow::newSessionId)
                    .bigint("revision", SessionViewRow::revision)
                    .bigint("last_position", SessionViewRow::lastPosition)
                    .readBy(SessionViewTable::row);

    private SessionViewTable() {}

    private static SessionViewRow row(ResultSet row) throws SQLException {
        return new SessionViewRow(
                row.getString("session_id"),
                row.getString("user_id"),
                row.getString("workspace_id"),
                row.getString("flow_id"),
                row.getInt("flow_version"),
                row.getString("variant"),
                row.getString("source"),
                SessionStatus.of(row.getString("status")),
                row.getString("path_id"),
                JSON.readValue(row.getString("steps"), STEPS),
                sites(row.getString("sites")),
                time(row, "started_at"),
                time(row, "last_activity_at"),
                time(row, "last_event_at"),
                BulkTable.instant(row, "completed_at"),
                row.getString("previous_session_id"),
                row.getString("new_session_id"),
                row.getLong("revision"),
                row.getLong("last_position"));
    }

    private static String printed(SiteStates sites) {
        return sites.all().isEmpty() ? NONE : JSON.writeValueAsString(sites);
    }

    private static SiteStates sites(String printed) {
        return printed.equals(NONE) ? SiteStates.NONE : JSON.readValue(printed, SiteStates.class);
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(BulkTable.instant(row, column));
    }
}
