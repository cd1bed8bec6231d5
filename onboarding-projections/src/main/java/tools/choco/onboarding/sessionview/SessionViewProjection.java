package tools.choco.onboarding.sessionview;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import tools.choco.onboarding.projection.Bulk;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.projection.Projection;
import tools.choco.onboarding.projection.SessionTable;
import tools.choco.onboarding.projection.Tables;

/** Keeps {@code session_view}, one row a session, fed by every event of sessions and sites. */
public final class SessionViewProjection implements Projection {

    /** Name of the projection and its processor. */
    public static final String NAME = "sessionview";

    private static final int VERSION = 1;

    private final SessionTable<SessionViewRow> rows =
            new SessionTable<>(SessionViewTable.ROWS, SessionViewRow::startedBy);

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
        rows.apply(connection, events);
    }

    @Override
    public boolean passOver(Connection connection, LoggedEvent event) throws SQLException {
        return rows.passOver(connection, event, SessionViewRow::passing);
    }

    @Override
    public Bulk bulk() {
        return rows.bulk();
    }

    @Override
    public boolean forget(Connection connection, List<LoggedEvent> events) throws SQLException {
        SessionViewTable.ROWS.delete(connection, Set.of(events.getFirst().sessionId()));
        return true;
    }

    @Override
    public String tables() {
        return Tables.of(NAME);
    }
}
