package tools.choco.onboarding.bench.reading;

import com.google.protobuf.Message;
import java.sql.SQLException;
import java.time.ZoneOffset;
import tools.choco.onboarding.bench.database.Database;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.EventType;

/**
 * A read model as most are written: Axon's pooled processor, and a handler with one upsert an
 * event, into a table with far fewer columns than ours. That the processor's coordinator does not
 * pause would only help us.
 */
final class Upserting implements AutoCloseable {

    private final Database database;
    private final PooledReading reading;

    Upserting(Database database) throws SQLException {
        this.database = database;
        execute(
                """
                CREATE TABLE upserted (
                    session_id    text        PRIMARY KEY,
                    user_id       text        NOT NULL,
                    last_event    text        NOT NULL,
                    events        bigint      NOT NULL,
                    started_at    timestamptz NOT NULL,
                    last_event_at timestamptz NOT NULL
                )
                """);
        execute("CREATE INDEX ON upserted (started_at DESC, session_id DESC)");
        execute("CREATE INDEX ON upserted (user_id, started_at DESC, session_id DESC)");
        reading = new PooledReading(database);
    }

    /** Applies so many events from the start of the log; events a second. */
    double perSecond(long events, int eventsPerBatch) throws SQLException, InterruptedException {
        execute("TRUNCATE upserted");
        return reading.perSecond(events, eventsPerBatch, this::upsert);
    }

    private void upsert(Message event) throws SQLException {
        var type = EventType.of(event);
        if (!type.isOfSessionOrSite()) {
            return;
        }
        try (var statement =
                reading.connection()
                        .prepareStatement(
                                """
                                INSERT INTO upserted VALUES (?, ?, ?, 1, ?, ?)
                                ON CONFLICT (session_id) DO UPDATE SET
                                    last_event = EXCLUDED.last_event,
                                    events = upserted.events + 1,
                                    last_event_at = EXCLUDED.last_event_at
                                """)) {
            var at = EventFields.occurredAt(event).atOffset(ZoneOffset.UTC);
            statement.setString(1, EventFields.sessionId(event));
            statement.setString(2, EventFields.userId(event));
            statement.setString(3, type.wireName());
            statement.setObject(4, at);
            statement.setObject(5, at);
            statement.executeUpdate();
        }
    }

    private void execute(String sql) throws SQLException {
        try (var connection = database.connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        reading.close();
    }
}
