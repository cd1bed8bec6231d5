package tools.choco.onboarding.projection;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Rows on their way into a table by COPY in binary form: no statement a row, and nothing for the
 * server to parse but JSON.
 */
final class BinaryCopy {

    private static final byte[] HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };

    /** From which PostgreSQL counts microseconds. */
    private static final long EPOCH_SECOND = Instant.parse("2000-01-01T00:00:00Z").getEpochSecond();

    private static final int TEXT_OID = 25;
    private static final byte JSONB_VERSION = 1;
    private static final int SENT_AT = 64 * 1024;

    private final CopyIn copy;
    private byte[] buffer = new byte[2 * SENT_AT];
    private int length;

    private BinaryCopy(CopyIn copy) {
        this.copy = copy;
    }

    /** What fills a copy. */
    @FunctionalInterface
    interface Filling {
        void into(BinaryCopy copy) throws SQLException;
    }

    /**
     * Copies rows into a table; on failure the transaction is void, as after any failed statement.
     *
     * @param target the table and its columns, as COPY names them
     */
    static void into(Connection connection, String target, Filling filling) throws SQLException {
        CopyIn copy =
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("COPY " + target + " FROM STDIN (FORMAT binary)");
        try {
            BinaryCopy rows = new BinaryCopy(copy);
            rows.put(HEADER);
            filling.into(rows);
            rows.putShort(-1);
            rows.send();
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    /** Begins a row of so many columns. */
    void row(int columns) throws SQLException {
        if (length >= SENT_AT) {
            send();
        }
        putShort(columns);
    }

    void text(@Nullable String value) {
        if (value == null) {
            putInt(-1);
        } else {
            bytes(value.getBytes(StandardCharsets.UTF_8));
        }
    }

    void bytea(byte @Nullable [] value) {
        if (value == null) {
            putInt(-1);
        } else {
            bytes(value);
        }
    }

    void jsonb(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        putInt(bytes.length + 1);
        room(1);
        buffer[length++] = JSONB_VERSION;
        put(bytes);
    }

    void bool(boolean value) {
        putInt(1);
        room(1);
        buffer[length++] = (byte) (value ? 1 : 0);
    }

    void integer(int value) {
        putInt(4);
        putInt(value);
    }

    void bigint(long value) {
        putInt(8);
        putLong(value);
    }

    /** To the microsecond. */
    void timestamp(@Nullable Instant value) {
        if (value == null) {
            putInt(-1);
        } else {
            bigint((value.getEpochSecond() - EPOCH_SECOND) * 1_000_000 + value.getNano() / 1_000);
        }
    }

    void texts(List<String> values) {
        int begin = length;
        putInt(0);
        putInt(values.isEmpty() ? 0 : 1);
        putInt(0);
        putInt(TEXT_OID);
        if (!values.isEmpty()) {
            putInt(values.size());
            putInt(1);
            values.forEach(this::text);
        }
        int end = length;
        length = begin;
        putInt(end - begin - 4);
        length = end;
    }

    private void bytes(byte[] value) {
        putInt(value.length);
        put(value);
    }

    private void put(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, buffer, length, value.length);
        length += value.length;
    }

    private void putShort(int value) {
        room(2);
        buffer[length++] = (byte) (value >> 8);
        buffer[length++] = (byte) value;
    }

    private void putInt(int value) {
        room(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            buffer[length++] = (byte) (value >> shift);
        }
    }

    private void putLong(long value) {
        putInt((int) (value >> 32));
        putInt((int) value);
    }

    private void room(int more) {
        if (length + more > buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, length + more));
        }
    }

    private void send() throws SQLException {
        copy.writeToCopy(buffer, 0, length);
        length = 0;
    }
}
