package tools.choco.onboarding.siteview;

import com.google.protobuf.InvalidProtocolBufferException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.v1.SealedText;
import tools.choco.onboarding.projection.BulkTable;
import tools.choco.onboarding.projection.RowStore;

/** The tables {@code sites} and {@code provisioning_sagas}, and their columns. */
final class SiteTables implements RowStore<SiteFold> {

    private static final BulkTable<SiteRow> SITES =
            BulkTable.<SiteRow>named("sites")
                    .text("site_id", SiteRow::siteId)
                    .text("session_id", SiteRow::sessionId)
                    .text("user_id", SiteRow::userId)
                    .text("workspace_id", SiteRow::workspaceId)
                    .text("slug", SiteRow::slug)
                    .text("hosting_mode", SiteRow::hostingMode)
                    .text("lifecycle_stage", SiteRow::lifecycleStage)
                    .text("template_id", SiteRow::templateId)
                    .text("deploy_status", SiteRow::deployStatus)
                    .text("deploy_url", SiteRow::deployUrl)
                    .bytea("github_repo", SiteTables::githubRepo)
                    .timestamp("requested_at", SiteRow::requestedAt)
                    .timestamp("updated_at", SiteRow::updatedAt)
                    .bigint("events", SiteRow::events)
                    .bigint("last_position", SiteRow::lastPosition)
                    .readBy(SiteTables::site);

    private static final BulkTable<SagaRow> SAGAS =
            BulkTable.<SagaRow>named("provisioning_sagas")
                    .text("site_id", SagaRow::siteId)
                    .text("state", SagaRow::state)
                    .integer("attempt", SagaRow::attempt)
                    .text("last_error", SagaRow::lastError)
                    .text("error_kind", SagaRow::errorKind)
                    .text("saga_kind", SagaRow::sagaKind)
                    .timestamp("updated_at", SagaRow::updatedAt)
                    .readBy(SiteTables::saga);

    @Override
    public Map<String, SiteFold> read(Connection connection, Collection<String> keys)
            throws SQLException {
        Map<String, SiteRow> sites = SITES.read(connection, keys);
        Map<String, SagaRow> sagas =
                sites.isEmpty() ? Map.of() : SAGAS.read(connection, sites.keySet());
        Map<String, SiteFold> folds = new HashMap<>();
        sites.forEach((id, site) -> folds.put(id, new SiteFold(site, sagas.get(id))));
        return folds;
    }

    @Override
    public void write(Connection connection, Map<String, SiteFold> rows, Set<String> stored)
            throws SQLException {
        Map<String, SiteRow> sites = new LinkedHashMap<>();
        Map<String, SagaRow> sagas = new LinkedHashMap<>();
        rows.forEach(
                (id, fold) -> {
                    sites.put(id, fold.site());
                    if (fold.saga() != null) {
                        sagas.put(id, fold.saga());
                    }
                });
        SITES.write(connection, sites, stored);
        // A saga that is gone leaves nothing behind.
        SAGAS.delete(connection, stored);
        SAGAS.write(connection, sagas, Set.of());
    }

    static void delete(Connection connection, Set<String> siteIds) throws SQLException {
        SAGAS.delete(connection, siteIds);
        SITES.delete(connection, siteIds);
    }

    /**
     * The column {@code github_repo}, which holds what the event did. A generation of version 1,
     * which may serve until the next one does, has text there, which is not shown.
     */
    static @Nullable SealedText githubRepo(ResultSet row) throws SQLException {
        try {
            return row.getObject("github_repo") instanceof byte[] sealed
                    ? SealedText.parseFrom(sealed)
                    : null;
        } catch (InvalidProtocolBufferException damaged) {
            throw new SQLException("the column github_repo holds no sealed text", damaged);
        }
    }

    private static byte @Nullable [] githubRepo(SiteRow site) {
        SealedText sealed = site.githubRepo();
        return sealed == null ? null : sealed.toByteArray();
    }

    private static SiteRow site(ResultSet row) throws SQLException {
        return new SiteRow(
                row.getString("site_id"),
                row.getString("session_id"),
                row.getString("user_id"),
                row.getString("workspace_id"),
                row.getString("slug"),
                row.getString("hosting_mode"),
                row.getString("lifecycle_stage"),
                row.getString("template_id"),
                row.getString("deploy_status"),
                row.getString("deploy_url"),
                SiteTables.githubRepo(row),
                time(row, "requested_at"),
                time(row, "updated_at"),
                row.getLong("events"),
                row.getLong("last_position"));
    }

    private static SagaRow saga(ResultSet row) throws SQLException {
        return new SagaRow(
                row.getString("site_id"),
                row.getString("state"),
                row.getInt("attempt"),
                row.getString("last_error"),
                row.getString("error_kind"),
                row.getString("saga_kind"),
                time(row, "updated_at"));
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(BulkTable.instant(row, column));
    }
}
