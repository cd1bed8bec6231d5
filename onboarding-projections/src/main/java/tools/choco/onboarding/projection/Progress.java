package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import org.axonframework.eventhandling.Segment;

/** Keeps, beside a projection's rows, how far they go. */
final class Progress {

    private Progress() {}

    static void move(
            Connection connection, Generation generation, Segment segment, LoggedEvent last)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO projection_progress (projection, segment, position, appended_at)
                        VALUES (?, ?, ?, ?)
                        ON CONFLICT (projection, segment) DO UPDATE
                        SET position = EXCLUDED.position, appended_at = EXCLUDED.appended_at
                        WHERE projection_progress.position < EXCLUDED.position
                        """)) {
            statement.setString(1, generation.name());
            statement.setInt(2, segment.getSegmentId());
            statement.setLong(3, last.position());
            statement.setObject(4, last.appendedAt().atOffset(ZoneOffset.UTC));
            statement.executeUpdate();
        }
        // Segments that were merged into this one would hold the position back for good.
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        DELETE FROM projection_progress
                        WHERE projection = ? AND segment <> ? AND (segment & ?) = ?
                        """)) {
            statement.setString(1, generation.name());
            statement.setInt(2, segment.getSegmentId());
            statement.setInt(3, segment.getMask());
            statement.setInt(4, segment.getSegmentId());
            statement.executeUpdate();
        }
    }
}
