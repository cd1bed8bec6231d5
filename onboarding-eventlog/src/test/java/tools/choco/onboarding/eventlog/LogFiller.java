package tools.choco.onboarding.eventlog;

import com.google.protobuf.Message;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import org.axonframework.messaging.MetaData;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import tools.choco.onboarding.events.EventType;

/**
 * Fills the log with a history made elsewhere, by binary COPY, some ten times faster than appends
 * are: for measurements. All of it is one transaction, which keeps everybody else out of the log
 * and holds the writers' lock; the positions go on from the log's last.
 *
 * <p>Nobody checks that the sequences of an aggregate follow each other, save that none comes
 * twice.
 */
public final class LogFiller implements AutoCloseable {

    private static final byte[] HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    private static final short END_OF_DATA = -1;
    private static final int BUFFER_BYTES = 1 << 18;

    /** All of a row but payload and metadata: eight lengths, six fixed columns, their number. */
    private static final int FIXED_BYTES = 2 + 8 * 4 + 3 * 8 + 2 * 16 + 2;

    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    private final Connection connection;
    private final boolean wasEmpty;
    private final short[] kinds = new short[EventType.all().size()];
    private final CopyIn copy;
    private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long position;

    private LogFiller(Connection connection) throws SQLException {
        this.connection = connection;
        var names = new EventKinds();
        for (var type : EventType.all()) {
            kinds[type.ordinal()] =
                    names.number(
                            connection,
                            new EventKind(
                                    type.aggregateType(),
                                    type.protoName(),
                                    EventType.SCHEMA_VERSION));
        }
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_xact_lock(%d)".formatted(WriterSession.LOCK));
            try (var row =
                    statement.executeQuery("SELECT coalesce(max(position), 0) FROM events")) {
                row.next();
                position = row.getLong(1);
            }
            wasEmpty = position == 0;
            if (wasEmpty) {
                // Made afterwards: row by row it takes longer than all the rest.
                statement.execute("ALTER TABLE events DROP CONSTRAINT events_aggregate_key");
            }
        }
        copy =
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn(
                                "COPY events (%s) FROM STDIN (FORMAT binary)"
                                        .formatted(LoggedRow.COLUMNS));
        buffer.put(HEADER);
    }

    /**
     * Begins to fill the log.
     *
     * @param connection to the database as the owner of the tables; this filler's own until it is
     *     closed
     */
    public static LogFiller on(Connection connection) throws SQLException {
        return new LogFiller(connection);
    }

    /** Metadata in its stored form. */
    public static byte[] encoded(Map<String, String> metaData) {
        return MetaDataCodec.encode(MetaData.from(metaData));
    }

    /**
     * Adds an event at the next position.
     *
     * @param metaData as {@link #encoded} has it
     */
    public void add(
            UUID aggregateId,
            long sequence,
            UUID eventId,
            Instant time,
            Message event,
            byte[] metaData)
            throws SQLException {
        var payload = event.toByteArray();
        room(FIXED_BYTES + payload.length + metaData.length);
        position++;
        buffer.putShort((short) 8);
        buffer.putInt(8).putLong(position);
        buffer.putInt(8).putLong(sequence);
        buffer.putInt(8).putLong(ChronoUnit.MICROS.between(EPOCH, time));
        put(eventId);
        put(aggregateId);
        buffer.putInt(2).putShort(kinds[EventType.of(event).ordinal()]);
        buffer.putInt(payload.length).put(payload);
        buffer.putInt(metaData.length).put(metaData);
    }

    /** Position of the last event added. */
    public long position() {
        return position;
    }

    /** Makes what was added true, and the log as fit for reading as one that has been there. */
    public void commit() throws SQLException {
        room(2);
        buffer.putShort(END_OF_DATA);
        flush();
        copy.endCopy();
        try (var statement = connection.createStatement()) {
            if (wasEmpty) {
                statement.execute(
                        "ALTER TABLE events ADD CONSTRAINT events_aggregate_key"
                                + " UNIQUE (aggregate_id, sequence)");
            }
            connection.commit();
            connection.setAutoCommit(true);
            statement.execute("VACUUM (ANALYZE) events");
        }
    }

    /** Undoes what was not committed, and closes the connection. */
    @Override
    public void close() throws SQLException {
        try (connection) {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
        }
    }

    private void put(UUID uuid) {
        buffer.putInt(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits());
    }

    private void room(int bytes) throws SQLException {
        if (buffer.remaining() < bytes) {
            flush();
            if (buffer.capacity() < bytes) {
                buffer = ByteBuffer.allocate(bytes);
            }
        }
    }

    private void flush() throws SQLException {
        copy.writeToCopy(buffer.array(), 0, buffer.position());
        buffer.clear();
    }
}
