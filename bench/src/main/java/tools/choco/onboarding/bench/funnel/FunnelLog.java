package tools.choco.onboarding.bench.funnel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Message;
import com.hubspot.jackson.datatype.protobuf.ProtobufModule;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import tools.choco.onboarding.bench.database.Database;
import tools.choco.onboarding.bench.measure.Stage;
import tools.choco.onboarding.bench.reading.Rebuilding;
import tools.choco.onboarding.eventlog.LoggedRow;
import tools.choco.onboarding.eventlog.PostgresEventLog;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.EventType;

/**
 * A history with the service's read models, and with what its rivals read: {@code bench.event},
 * every event of a session or site as JSON, and {@code bench.entry}, one row a session.
 */
final class FunnelLog {

    private static final int EVENTS_PER_READ = 5_000;

    private FunnelLog() {}

    /** The database of that name is made once and kept for other benches, which only read it. */
    static Database of(Stage stage, long events) throws Exception {
        var name = "funnels_" + events;
        if (!stage.server().has(name)) {
            stage.log(events);
            var draft = stage.server().copy("log_" + events, "draft_" + name);
            long begin = System.nanoTime();
            build(draft);
            stage.say()
                    .accept(
                            "built the read models of %,d events in %.1f s"
                                    .formatted(events, (System.nanoTime() - begin) / 1e9));
            begin = System.nanoTime();
            writeJson(draft);
            try (var connection = draft.connect();
                    var statement = connection.createStatement()) {
                statement.execute(Rival.entries());
                statement.execute("VACUUM ANALYZE");
            }
            stage.say()
                    .accept(
                            "wrote them as JSON and as entries in %.1f s"
                                    .formatted((System.nanoTime() - begin) / 1e9));
            stage.server().rename("draft_" + name, name);
            stage.server().settle();
        }
        return stage.server().database(name);
    }

    /** As the service does on its first start on a log. */
    private static void build(Database database) throws Exception {
        try (var rebuilding = new Rebuilding(database)) {
            rebuilding.allPerSecond();
        }
    }

    private static void writeJson(Database database) throws SQLException {
        var json = new ObjectMapper().registerModule(new ProtobufModule());
        try (var pool = database.pool(2);
                var log = new PostgresEventLog(pool);
                var connection = database.connect()) {
            try (var statement = connection.createStatement()) {
                statement.execute(
                        """
                        CREATE SCHEMA bench;
                        CREATE TABLE bench.event (
                            position bigint PRIMARY KEY,
                            session_id uuid NOT NULL,
                            site_id uuid,
                            type text NOT NULL,
                            at timestamptz NOT NULL,
                            body jsonb NOT NULL)
                        """);
            }
            var copy = copy(connection);
            log.reader()
                    .read(
                            0,
                            Long.MAX_VALUE,
                            EVENTS_PER_READ,
                            rows -> {
                                var text = new StringBuilder();
                                rows.forEach(row -> append(text, row, json));
                                write(copy, text);
                            });
            copy.endCopy();
        }
    }

    private static CopyIn copy(Connection connection) throws SQLException {
        return connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY bench.event FROM STDIN");
    }

    private static void append(StringBuilder text, LoggedRow row, ObjectMapper json) {
        Message event = row.event();
        var type = EventType.of(event);
        if (!type.isOfSessionOrSite()) {
            return;
        }
        try {
            text.append(row.position())
                    .append('\t')
                    .append(EventFields.sessionId(event))
                    .append('\t')
                    .append(type.aggregateType().equals(EventType.SITE) ? row.aggregateId() : "\\N")
                    .append('\t')
                    .append(type.wireName())
                    .append('\t')
                    .append(EventFields.occurredAt(event))
                    .append('\t')
                    .append(json.writeValueAsString(event).replace("\\", "\\\\"))
                    .append('\n');
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(CopyIn copy, StringBuilder text) {
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        try {
            copy.writeToCopy(bytes, 0, bytes.length);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
