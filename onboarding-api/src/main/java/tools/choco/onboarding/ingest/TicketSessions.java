package tools.choco.onboarding.ingest;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which sessions a support ticket is about: rows that are written before the ticket's event. */
public final class TicketSessions {

    private final JdbcClient jdbc;

    public TicketSessions(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A ticket and its sessions.
     *
     * @param externalSessionId whose event names the ticket
     * @param sessionId what the user went through: another system's session, or ours
     */
    public record Row(String ticketId, String externalSessionId, String sessionId) {}

    void add(List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        jdbc.sql(
                        """
                        INSERT INTO ticket_sessions (ticket_id, external_session_id, session_id)
                        SELECT * FROM unnest(?::text[], ?::uuid[], ?::uuid[])
                        ON CONFLICT DO NOTHING""")
                .params(
                        rows.stream().map(Row::ticketId).toArray(String[]::new),
                        rows.stream().map(Row::externalSessionId).toArray(String[]::new),
                        rows.stream().map(Row::sessionId).toArray(String[]::new))
                .update();
    }

    /** The sessions of a ticket; empty if nobody has told of it. */
    public List<Row> of(String ticketId) {
        return jdbc.sql(
                        """
                        SELECT ticket_id, external_session_id, session_id FROM ticket_sessions
                        WHERE ticket_id = ? ORDER BY external_session_id""")
                .param(ticketId)
                .query(
                        (row, number) ->
                                new Row(row.getString(1), row.getString(2), row.getString(3)))
                .list();
    }
}
