package tools.choco.onboarding.sessionview;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.projection.Bulk;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.projection.Projection;
import tools.choco.onboarding.projection.SessionTable;
import tools.choco.onboarding.projection.Tables;

/**
 * Keeps {@code session_view}, one row a session, fed by every event of sessions and sites, and
 * {@code ticket_sessions}, fed by other systems' {@code ticket.opened} events.
 */
public final class SessionViewProjection implements Projection {

    /** Name of the projection and its processor. */
    public static final String NAME = "sessionview";

    private static final int VERSION = 2;

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
    public boolean handles(EventType type) {
        return type.isOfSessionOrSite() || type == EventType.EXTERNAL_EVENT_RECEIVED;
    }

    @Override
    public void apply(Connection connection, List<LoggedEvent> events) throws SQLException {
        List<LoggedEvent> own = own(events);
        if (!own.isEmpty()) {
            rows.apply(connection, own);
        }
        TicketTable.add(connection, events);
    }

    @Override
    public boolean passOver(Connection connection, LoggedEvent event) throws SQLException {
        return !isOwn(event) || rows.passOver(connection, event, SessionViewRow::passing);
    }

    @Override
    public Bulk bulk() {
        Bulk sessions = rows.bulk();
        return new Bulk() {
            @Override
            public void add(Connection connection, List<LoggedEvent> events) throws SQLException {
                sessions.add(connection, own(events));
                TicketTable.add(connection, events);
            }

            @Override
            public void flush(Connection connection) throws SQLException {
                sessions.flush(connection);
            }
        };
    }

    @Override
    public boolean forget(Connection connection, List<LoggedEvent> events) throws SQLException {
        String session = events.getFirst().sessionId();
        SessionViewTable.ROWS.delete(connection, Set.of(session));
        TicketTable.delete(connection, session);
        return true;
    }

    @Override
    public String tables() {
        return Tables.of(NAME);
    }

    @Override
    public String indexes() {
        return Tables.indexesOf(NAME);
    }

    private static List<LoggedEvent> own(List<LoggedEvent> events) {
        return events.stream().filter(SessionViewProjection::isOwn).toList();
    }

    /** Another system's events make no session of ours. */
    private static boolean isOwn(LoggedEvent event) {
        return EventType.of(event.payload()).isOfSessionOrSite();
    }
}
