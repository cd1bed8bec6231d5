package tools.choco.onboarding.siteview;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.projection.Bulk;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.projection.Projection;
import tools.choco.onboarding.projection.RowFold;
import tools.choco.onboarding.projection.Tables;

/**
 * Keeps {@code sites}, one row a site, and {@code provisioning_sagas}, one row for each that is the
 * user's own; fed by every event of sites.
 */
public final class SiteViewProjection implements Projection {

    /** Name of the projection and its processor. */
    public static final String NAME = "siteview";

    private static final int VERSION = 2;

    private final RowFold<SiteFold> folds =
            new RowFold<>(
                    new SiteTables(),
                    LoggedEvent::aggregateId,
                    event -> event.sequence() == 0,
                    SiteViewProjection::next);

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
        List<LoggedEvent> ofSites = ofSites(events);
        if (!ofSites.isEmpty()) {
            folds.apply(connection, ofSites);
        }
    }

    @Override
    public Bulk bulk() {
        Bulk rows = folds.bulk();
        return new Bulk() {
            @Override
            public void add(Connection connection, List<LoggedEvent> events) throws SQLException {
                rows.add(connection, ofSites(events));
            }

            @Override
            public void flush(Connection connection) throws SQLException {
                rows.flush(connection);
            }
        };
    }

    @Override
    public boolean forget(Connection connection, List<LoggedEvent> events) throws SQLException {
        SiteTables.delete(
                connection,
                ofSites(events).stream().map(LoggedEvent::aggregateId).collect(Collectors.toSet()));
        return true;
    }

    @Override
    public boolean passOver(Connection connection, LoggedEvent event) throws SQLException {
        return ofSites(List.of(event)).isEmpty()
                || folds.passOver(connection, event, SiteFold::passing);
    }

    @Override
    public String tables() {
        return Tables.of(NAME);
    }

    @Override
    public String indexes() {
        return Tables.indexesOf(NAME);
    }

    private static List<LoggedEvent> ofSites(List<LoggedEvent> events) {
        return events.stream()
                .filter(it -> EventType.of(it.payload()).aggregateType().equals(EventType.SITE))
                .toList();
    }

    private static SiteFold next(@Nullable SiteFold fold, LoggedEvent event) {
        if (fold == null) {
            return SiteFold.begun(event);
        }
        return fold.contains(event) ? fold : fold.after(event);
    }
}
