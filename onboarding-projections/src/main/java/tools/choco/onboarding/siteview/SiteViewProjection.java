package tools.choco.onboarding.siteview;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.projection.Projection;
import tools.choco.onboarding.projection.Tables;

/**
 * Keeps {@code sites}, one row a site, and {@code provisioning_sagas}, one row for each that is the
 * user's own; fed by every event of sites.
 *
 * <p>A batch takes a few statements, however many sites it has: their rows are read, folded in
 * memory, and those that changed are written.
 */
public final class SiteViewProjection implements Projection {

    /** Name of the projection and its processor. */
    public static final String NAME = "siteview";

    private static final int VERSION = 1;

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
        Set<String> stored = Set.copyOf(folds.keySet());
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
        write(connection, changed, stored);
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
        Set<String> ids =
                events.stream().map(LoggedEvent::aggregateId).collect(Collectors.toSet());
        Map<String, SiteRow> sites = SiteTables.SITES.read(connection, ids);
        Map<String, SagaRow> sagas =
                sites.isEmpty() ? Map.of() : SiteTables.SAGAS.read(connection, sites.keySet());
        Map<String, SiteFold> folds = new HashMap<>();
        sites.forEach((id, site) -> folds.put(id, new SiteFold(site, sagas.get(id))));
        return folds;
    }

    private static void write(
            Connection connection, Map<String, SiteFold> changed, Set<String> stored)
            throws SQLException {
        Map<String, SiteRow> sites = new TreeMap<>();
        Map<String, SagaRow> sagas = new TreeMap<>();
        Set<String> before = new HashSet<>();
        changed.forEach(
                (id, fold) -> {
                    sites.put(id, fold.site());
                    if (fold.saga() != null) {
                        sagas.put(id, fold.saga());
                    }
                    if (stored.contains(id)) {
                        before.add(id);
                    }
                });
        SiteTables.SITES.write(connection, sites, before);
        SiteTables.SAGAS.write(connection, sagas, before);
    }
}
