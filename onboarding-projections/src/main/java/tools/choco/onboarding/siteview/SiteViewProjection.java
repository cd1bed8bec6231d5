package tools.choco.onboarding.siteview;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.projection.Projection;
import tools.choco.onboarding.projection.Tables;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps {@code sites}, one row a site, and {@code provisioning_sagas}, one row for each that is the
 * user's own; fed by every event of sites.
 *
 * <p>A batch takes three statements, however many sites it has: their rows are read, folded in
 * memory, and those that changed are written, as JSON that PostgreSQL converts both ways.
 */
public final class SiteViewProjection implements Projection {

    /** Name of the projection and its processor. */
    public static final String NAME = "siteview";

    private static final int VERSION = 1;

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .build();

    private static final String SELECT =
            """
            SELECT json_build_object('site', row_to_json(s), 'saga', row_to_json(p))
            FROM sites s LEFT JOIN provisioning_sagas p USING (site_id)
            WHERE site_id = ANY (?)
            """;

    private static final String UPSERT_SITES =
            """
            INSERT INTO sites SELECT * FROM json_populate_recordset(NULL::sites, ?::json)
            ON CONFLICT (site_id) DO UPDATE SET %s
            """
                    .formatted(
                            String.join(
                                    ", ",
                                    SiteRow.CHANGING.stream()
                                            .map(it -> it + " = EXCLUDED." + it)
                                            .toList()));

    private static final String UPSERT_SAGAS =
            """
            INSERT INTO provisioning_sagas
            SELECT * FROM json_populate_recordset(NULL::provisioning_sagas, ?::json)
            ON CONFLICT (site_id) DO UPDATE SET state = EXCLUDED.state,
                attempt = EXCLUDED.attempt, last_error = EXCLUDED.last_error,
                error_kind = EXCLUDED.error_kind, saga_kind = EXCLUDED.saga_kind,
                updated_at = EXCLUDED.updated_at
            """;

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
        List<LoggedEvent> ofSites = events.stream().filter(SiteViewProjection::isOfSite).toList();
        if (ofSites.isEmpty()) {
            return;
        }
        Map<String, SiteFold> folds = read(connection, ofSites);
        // Sorted, so that two transactions never wait for each other's rows.
        Map<String, SiteFold> changed = new TreeMap<>();
        for (LoggedEvent event : ofSites) {
            SiteFold fold = folds.get(event.aggregateId());
            if (fold == null || !fold.contains(event)) {
                SiteFold next = fold == null ? SiteFold.begun(event) : fold.after(event);
                folds.put(event.aggregateId(), next);
                changed.put(event.aggregateId(), next);
            }
        }
        write(connection, UPSERT_SITES, changed.values().stream().map(SiteFold::site).toList());
        write(
                connection,
                UPSERT_SAGAS,
                changed.values().stream().map(SiteFold::saga).filter(Objects::nonNull).toList());
    }

    @Override
    public boolean passOver(Connection connection, LoggedEvent event) throws SQLException {
        if (!isOfSite(event)) {
            return true;
        }
        SiteFold fold = read(connection, List.of(event)).get(event.aggregateId());
        if (fold == null) {
            return false;
        }
        write(connection, UPSERT_SITES, List.of(fold.passing(event).site()));
        return true;
    }

    @Override
    public String tables() {
        return Tables.of(NAME);
    }

    private static boolean isOfSite(LoggedEvent event) {
        return EventType.of(event.payload()).aggregateType().equals(EventType.SITE);
    }

    private static Map<String, SiteFold> read(Connection connection, List<LoggedEvent> events)
            throws SQLException {
        Map<String, SiteFold> folds = new HashMap<>();
        Array ids =
                connection.createArrayOf(
                        "text", events.stream().map(LoggedEvent::aggregateId).distinct().toArray());
        try (PreparedStatement statement = connection.prepareStatement(SELECT)) {
            statement.setArray(1, ids);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    SiteFold fold = JSON.readValue(rows.getString(1), SiteFold.class);
                    folds.put(fold.site().siteId(), fold);
                }
            }
        } finally {
            ids.free();
        }
        return folds;
    }

    private static void write(Connection connection, String upsert, Collection<?> rows)
            throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(upsert)) {
            statement.setString(1, JSON.writeValueAsString(rows));
            statement.executeUpdate();
        }
    }
}
