package tools.choco.onboarding.sessionview;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import tools.choco.onboarding.events.ExternalSessionIds;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.projection.BrokenHistory;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The rows of {@code ticket_sessions}: what {@code ticket.opened} events of other systems say. */
final class TicketTable {

    private static final String TICKET_OPENED = "ticket.opened";

    /** The service of our own sessions. */
    private static final String OURSELVES = "choco-onboarding";

    private static final JsonMapper JSON = JsonMapper.shared();

    private record Row(String ticketId, String externalSessionId, String sessionId) {}

    private TicketTable() {}

    /** Adds what the events say; what is there already stays. */
    static void add(Connection connection, List<LoggedEvent> events) throws SQLException {
        List<Row> rows = new ArrayList<>();
        for (LoggedEvent event : events) {
            if (event.payload() instanceof ExternalEventReceived external
                    && external.getSourceEventType().equals(TICKET_OPENED)) {
                addRow(event, external, rows);
            }
        }
        if (rows.isEmpty()) {
            return;
        }
        Array tickets = connection.createArrayOf("text", column(rows, Row::ticketId));
        Array tellers = connection.createArrayOf("text", column(rows, Row::externalSessionId));
        Array sessions = connection.createArrayOf("text", column(rows, Row::sessionId));
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO ticket_sessions (ticket_id, external_session_id, session_id)
                        SELECT ticket_id, external_session_id::uuid, session_id::uuid
                        FROM unnest(?, ?, ?)
                            WITH ORDINALITY AS t(ticket_id, external_session_id, session_id, n)
                        ORDER BY n
                        ON CONFLICT DO NOTHING""")) {
            statement.setArray(1, tickets);
            statement.setArray(2, tellers);
            statement.setArray(3, sessions);
            statement.executeUpdate();
        } finally {
            tickets.free();
            tellers.free();
            sessions.free();
        }
    }

    private static String[] column(List<Row> rows, Function<Row, String> value) {
        return rows.stream().map(value).toArray(String[]::new);
    }

    /** Deletes what a session of another system said. */
    static void delete(Connection connection, String externalSessionId) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "DELETE FROM ticket_sessions WHERE external_session_id = ?::uuid")) {
            statement.setString(1, externalSessionId);
            statement.executeUpdate();
        }
    }

    private static void addRow(LoggedEvent event, ExternalEventReceived external, List<Row> rows) {
        JsonNode data = data(event, external);
        String ticketId = data.path("ticket_id").asString("");
        if (ticketId.isEmpty()) {
            return;
        }
        String service = data.path("session_service").asString(external.getSourceService());
        rows.add(
                new Row(
                        ticketId,
                        external.getExternalSessionId(),
                        service.equals(OURSELVES)
                                ? external.getSourceSessionId()
                                : ExternalSessionIds.of(service, external.getSourceSessionId())));
    }

    private static JsonNode data(LoggedEvent event, ExternalEventReceived external) {
        try {
            return JSON.readTree(external.getPayload().toByteArray()).path("data");
        } catch (JacksonException unreadable) {
            throw new BrokenHistory(event, "its payload is no JSON");
        }
    }
}
