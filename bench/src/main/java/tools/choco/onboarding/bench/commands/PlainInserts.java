package tools.choco.onboarding.bench.commands;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import tools.choco.onboarding.bench.database.Database;

/**
 * What a service without a log of its own would do: an insert and a commit for each event, over
 * plain JDBC, into a table with the columns, the checks and the indexes of the log, and rows of the
 * same bytes. A connection and a prepared statement for each thread.
 */
public final class PlainInserts implements AutoCloseable {

    private static final String TABLE =
            """
            CREATE TABLE IF NOT EXISTS plain_events
                (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)
            """;

    private record Bytes(short kind, byte[] payload, byte[] metaData) {}

    private static final class Writer {

        private final Connection connection;
        private final PreparedStatement insert;
        private final List<UUID> aggregates;
        private long sequence;

        Writer(Connection connection, int aggregates) throws SQLException {
            this.aggregates = Stream.generate(UUID::randomUUID).limit(aggregates).toList();
            this.connection = connection;
            insert =
                    connection.prepareStatement(
                            """
                            INSERT INTO plain_events (position, sequence, time, event_id,
                                                      aggregate_id, kind, payload, metadata)
                            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                            """);
        }
    }

    private final List<Writer> writers = new ArrayList<>();
    private final List<Bytes> samples = new ArrayList<>();
    private final AtomicLong position = new AtomicLong();

    /**
     * @param connections how many threads insert
     * @param aggregates among how many they spread what they insert
     * @param kindOf full name of the message that the rows sampled from the log hold
     */
    public PlainInserts(Database database, int connections, int aggregates, String kindOf)
            throws SQLException {
        try (var connection = database.connect();
                var statement = connection.createStatement()) {
            statement.execute(TABLE);
            try (var select =
                    connection.prepareStatement(
                            """
                            SELECT kind, payload, metadata FROM events JOIN event_kinds USING (kind)
                            WHERE payload_type = ? ORDER BY position DESC LIMIT 256
                            """)) {
                select.setString(1, kindOf);
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        samples.add(new Bytes(row.getShort(1), row.getBytes(2), row.getBytes(3)));
                    }
                }
            }
        }
        if (samples.isEmpty()) {
            throw new IllegalStateException("The log has no " + kindOf);
        }
        for (int i = 0; i < connections; i++) {
            writers.add(new Writer(database.connect(), Math.max(1, aggregates / connections)));
        }
    }

    /** One row, durable on return. */
    public void insert(int thread) throws SQLException {
        var writer = writers.get(thread);
        long number = writer.sequence++;
        var bytes = samples.get((int) (number % samples.size()));
        var insert = writer.insert;
        insert.setLong(1, position.incrementAndGet());
        insert.setLong(2, number / writer.aggregates.size());
        insert.setObject(3, OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS));
        insert.setObject(4, UUID.randomUUID());
        insert.setObject(5, writer.aggregates.get((int) (number % writer.aggregates.size())));
        insert.setShort(6, bytes.kind());
        insert.setBytes(7, bytes.payload());
        insert.setBytes(8, bytes.metaData());
        insert.executeUpdate();
    }

    @Override
    public void close() throws SQLException {
        for (var writer : writers) {
            writer.connection.close();
        }
    }
}
