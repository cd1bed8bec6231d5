package tools.choco.onboarding.relay;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The position that the relay last reached, for instances that do not relay, and for while the
 * stream is away. Nothing is published on the word of it: the stream's last message counts.
 */
public final class RelayHint {

    /** Name of its row among the tokens; it is no processor's. */
    public static final String NAME = "event-relay";

    private static final String TYPE = "position";

    private static final String STORE =
            """
            INSERT INTO token_entry (processor_name, segment, token, token_type, time_stamp)
            VALUES (?, 0, ?, ?, ?)
            ON CONFLICT (processor_name, segment)
                DO UPDATE SET token = excluded.token, time_stamp = excluded.time_stamp
            """;

    private final DataSource source;

    RelayHint(DataSource source) {
        this.source = source;
    }

    void store(long position, String time) throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement insert = connection.prepareStatement(STORE)) {
            insert.setString(1, NAME);
            insert.setBytes(2, Long.toString(position).getBytes(StandardCharsets.US_ASCII));
            insert.setString(3, TYPE);
            insert.setString(4, time);
            insert.executeUpdate();
        }
    }

    /** The position; null if there is none. */
    @Nullable Long read() throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement select =
                        connection.prepareStatement(
                                "SELECT token FROM token_entry"
                                        + " WHERE processor_name = ? AND segment = 0")) {
            select.setString(1, NAME);
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Long.valueOf(new String(row.getBytes(1), StandardCharsets.US_ASCII))
                        : null;
            }
        }
    }
}
