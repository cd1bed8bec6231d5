package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * Up to where of the log an answer goes.
 *
 * @param position position of the last event applied, as a string because JSON numbers end at 2^53;
 *     {@code "0"} if none was. With several segments, that of the segment furthest behind.
 * @param time when that event was made; null if none was applied
 */
public record AsOf(String position, @Nullable Instant time) {

    /** Reads the progress of a generation in the snapshot of the connection's transaction. */
    public static AsOf read(Connection connection, Generation generation) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT position, appended_at FROM projection_progress
                        WHERE projection = ? ORDER BY position LIMIT 1
                        """)) {
            statement.setString(1, generation.name());
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? new AsOf(
                                Long.toString(row.getLong(1)),
                                row.getObject(2, OffsetDateTime.class).toInstant())
                        : new AsOf("0", null);
            }
        }
    }
}
