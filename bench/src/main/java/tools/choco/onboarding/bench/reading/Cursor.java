package tools.choco.onboarding.bench.reading;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.postgresql.PGStatement;
import tools.choco.onboarding.bench.database.Database;
import tools.choco.onboarding.events.EventType;

/**
 * The least that reading can be: a cursor over the rows in binary form, and the payloads parsed.
 */
final class Cursor {

    private static final int ROWS_PER_FETCH = 2_000;

    private final Database database;

    Cursor(Database database) {
        this.database = database;
    }

    /** Reads so many rows from the start of the log; rows a second. */
    double perSecond(long rows) throws SQLException {
        try (var connection = database.connect()) {
            Map<Short, EventType> kinds = new HashMap<>();
            try (var statement = connection.createStatement();
                    var row =
                            statement.executeQuery("SELECT kind, payload_type FROM event_kinds")) {
                while (row.next()) {
                    kinds.put(row.getShort(1), EventType.byProtoName(row.getString(2)));
                }
            }
            long begin = System.nanoTime();
            long read = 0;
            connection.setAutoCommit(false);
            try (var select =
                    connection.prepareStatement(
                            """
                            SELECT position, kind, payload FROM events
                            WHERE position <= ? ORDER BY position
                            """)) {
                // As a statement would be that is executed for the sixth time.
                select.unwrap(PGStatement.class).setPrepareThreshold(-1);
                select.setFetchSize(ROWS_PER_FETCH);
                select.setLong(1, rows);
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        var type = kinds.get(row.getShort(2));
                        if (type == null || row.getLong(1) != ++read) {
                            throw new IllegalStateException("The log has a hole or a stranger");
                        }
                        Sink.take(type.parse(row.getBytes(3)));
                    }
                }
            }
            return Sink.perSecond(read, rows, begin);
        }
    }
}
