package tools.choco.onboarding.sessionview;

import java.util.List;
import javax.sql.DataSource;
import tools.choco.onboarding.projection.QueryFailed;
import tools.choco.onboarding.projection.ReadModel;

/**
 * Questions about support tickets. Answers lag the log by the processor's backlog.
 *
 * <p>Fed by {@link SessionViewProjection} from {@code ticket.opened} events of other systems.
 */
public final class TicketQueries {

    private final ReadModel model;

    public TicketQueries(DataSource dataSource) {
        this.model = new ReadModel(dataSource, SessionViewProjection.NAME);
    }

    /**
     * What a ticket is about.
     *
     * @param externalSessionId session of the system that told of the ticket
     * @param sessionId what the user went through: a session of another system, or ours
     */
    public record Ticket(String externalSessionId, String sessionId) {}

    /**
     * What was told of a ticket, in the order of the sessions that told it; empty if nothing was.
     *
     * @throws QueryFailed if the database fails
     */
    public List<Ticket> of(String ticketId) {
        return model.rows(
                """
                SELECT external_session_id, session_id FROM ticket_sessions
                WHERE ticket_id = ? ORDER BY external_session_id""",
                List.of(ticketId),
                row -> new Ticket(row.getString(1), row.getString(2)));
    }
}
