package tools.choco.onboarding.eventlog;

import com.google.protobuf.Internal;
import com.google.protobuf.Message;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Reads the table {@code events} by COPY in binary form: a row is one message of the protocol and
 * stays the bytes it came as. A result set would make eight arrays of each row, and text of most.
 */
final class PostgresLogReader implements LogReader {

    /** Positions in one COPY, which is one snapshot: none is held for long. */
    private static final long POSITIONS_PER_COPY = 500_000;

    private static final byte[] SIGNATURE = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0
    };

    /** The signature, the flags and the length of a further header, which is 0. */
    private static final int HEADER_LENGTH = SIGNATURE.length + 4 + 4;

    /** In the place of a row's number of columns. */
    private static final short END_OF_DATA = -1;

    private final DataSource dataSource;
    private final EventSerializer serializer;
    private final EventKinds names;
    private final Map<Short, LoggedRow.Kind> kinds = new ConcurrentHashMap<>();

    PostgresLogReader(DataSource dataSource, EventSerializer serializer, EventKinds names) {
        this.dataSource = dataSource;
        this.serializer = serializer;
        this.names = names;
    }

    @Override
    public long head() {
        try (var connection = dataSource.getConnection()) {
            return head(connection);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    @Override
    public long read(
            long after, long upTo, int rowsPerBatchMax, Consumer<List<LoggedRow>> consumer) {
        if (rowsPerBatchMax < 1) {
            throw new IllegalArgumentException("A batch has at least one row");
        }
        try (var connection = dataSource.getConnection()) {
            long last = Math.min(upTo, head(connection));
            // After the head: a kind is committed before its first event.
            names.load(connection);
            var batches = new Batches(after, rowsPerBatchMax, consumer);
            for (long from = after; from < last; from += POSITIONS_PER_COPY) {
                copy(connection, from, Math.min(from + POSITIONS_PER_COPY, last), batches);
            }
            return batches.end();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private static long head(Connection connection) throws SQLException {
        try (var select =
                        connection.prepareStatement(
                                "SELECT coalesce(max(position), 0) FROM events");
                var row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private void copy(Connection connection, long after, long upTo, Batches batches)
            throws SQLException {
        var copy =
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut(
                                """
                                COPY (SELECT %s FROM events
                                      WHERE position > %d AND position <= %d ORDER BY position)
                                TO STDOUT (FORMAT binary)
                                """
                                        .formatted(LoggedRow.COLUMNS, after, upTo));
        try {
            var first = copy.readFromCopy();
            if (first != null) {
                add(withoutHeader(first), batches);
            }
            for (byte[] row = copy.readFromCopy(); row != null; row = copy.readFromCopy()) {
                add(ByteBuffer.wrap(row), batches);
            }
        } finally {
            if (copy.isActive()) {
                // The rest of the rows is on its way; to cancel could hit the next statement.
                connection.abort(Runnable::run);
            }
        }
    }

    /** The header is in front of the first row, in the same message. */
    private static ByteBuffer withoutHeader(byte[] first) {
        if (first.length < HEADER_LENGTH
                || !Arrays.equals(first, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)) {
            throw new EventStoreException("The server sent no binary copy of the log");
        }
        return ByteBuffer.wrap(first, HEADER_LENGTH, first.length - HEADER_LENGTH).slice();
    }

    private void add(ByteBuffer row, Batches batches) {
        if (row.hasRemaining() && row.getShort(0) != END_OF_DATA) {
            batches.add(new LoggedRow(row, kind(LoggedRow.kindOf(row))));
        }
    }

    private LoggedRow.Kind kind(short number) {
        var known = kinds.get(number);
        if (known == null) {
            var kind = names.known(number);
            var type = serializer.classForType(kind.serializedType()).asSubclass(Message.class);
            known = new LoggedRow.Kind(kind, Internal.getDefaultInstance(type).getParserForType());
            kinds.put(number, known);
        }
        return known;
    }

    private static EventStoreException failed(SQLException e) {
        return new EventStoreException("Failed to read the log", e);
    }

    /** Collects rows and hands them on. */
    private static final class Batches {

        private final int rowsMax;
        private final Consumer<List<LoggedRow>> consumer;
        private @Nullable List<LoggedRow> rows;
        private long last;

        Batches(long after, int rowsMax, Consumer<List<LoggedRow>> consumer) {
            this.rowsMax = rowsMax;
            this.consumer = consumer;
            last = after;
        }

        void add(LoggedRow row) {
            var batch = rows;
            if (batch == null) {
                batch = new ArrayList<>(rowsMax);
                rows = batch;
            }
            batch.add(row);
            if (batch.size() == rowsMax) {
                handOn(batch);
            }
        }

        long end() {
            if (rows != null) {
                handOn(rows);
            }
            return last;
        }

        private void handOn(List<LoggedRow> batch) {
            if (Thread.currentThread().isInterrupted()) {
                throw new EventStoreException("Interrupted while reading the log");
            }
            rows = null;
            consumer.accept(batch);
            last = batch.getLast().position();
        }
    }
}
