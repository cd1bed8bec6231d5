package tools.choco.onboarding.eventlog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer's connection: one batch is one message to the server and one answer.
 *
 * <p>The lock, the comparison and the insert go out together and make one transaction, which the
 * server ends by itself: a process that freezes after sending holds up nobody. One that freezes in
 * between, and whatever else hangs, is ended by the server after {@link #TRANSACTION_LIMIT}.
 */
final class WriterSession implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WriterSession.class);

    /** Key of the advisory lock that every writing transaction holds: "choco" in ASCII. */
    static final long LOCK = 0x63686f636fL;

    /** Of the session, as {@code pg_stat_activity} has it. */
    static final String NAME = "event-log-writer";

    /** After which the server ends a session whose transaction still runs. */
    static final Duration TRANSACTION_LIMIT = Duration.ofSeconds(5);

    /** Less than the transaction's, whose time runs while it waits: a waiter tries again. */
    private static final Duration LOCK_LIMIT = Duration.ofSeconds(2);

    private static final Duration STATEMENT_LIMIT = Duration.ofSeconds(4);
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(2);

    /** After which a server that does not answer at all is taken for lost. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(8);

    private static final String LIMITS =
            """
            SET application_name = '%s';
            SET lock_timeout = %d; SET statement_timeout = %d; SET transaction_timeout = %d;
            SET idle_in_transaction_session_timeout = %d;
            SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;
            """
                    .formatted(
                            NAME,
                            LOCK_LIMIT.toMillis(),
                            STATEMENT_LIMIT.toMillis(),
                            TRANSACTION_LIMIT.toMillis(),
                            IDLE_LIMIT.toMillis());

    /**
     * Each statement has a snapshot of its own, so the second sees all that was committed before
     * the lock was granted. Positions follow the last one and each other.
     */
    private static final String WRITE =
            """
            SELECT pg_advisory_xact_lock(?);
            WITH wanted AS MATERIALIZED (
                SELECT append, aggregate_id, first,
                       coalesce((SELECT max(sequence) FROM events e
                                 WHERE e.aggregate_id = w.aggregate_id), -1) AS last
                FROM unnest(?::int4[], ?::uuid[], ?::int8[]) AS w (append, aggregate_id, first)
            ), refused AS MATERIALIZED (
                SELECT append, aggregate_id, last FROM wanted WHERE first <> last + 1
            ), inserted AS (
                INSERT INTO events (position, sequence, time, event_id, aggregate_id, kind,
                                    payload, metadata)
                SELECT (SELECT coalesce(max(position), 0) FROM events)
                           + row_number() OVER (ORDER BY r.ordinal),
                       r.sequence, timestamptz 'epoch' + r.micros * interval '1 microsecond',
                       r.event_id, r.aggregate_id, r.kind, r.payload, r.metadata
                FROM unnest(?::int4[], ?::int8[], ?::int8[], ?::uuid[], ?::uuid[], ?::int2[],
                            ?::bytea[], ?::bytea[])
                         WITH ORDINALITY
                         AS r (append, sequence, micros, event_id, aggregate_id, kind,
                               payload, metadata, ordinal)
                WHERE r.append NOT IN (SELECT append FROM refused)
            )
            SELECT append, aggregate_id, last FROM refused
            """;

    private static final String STORED =
            "SELECT event_id FROM events WHERE aggregate_id = ? AND sequence = ?";

    private final Connection connection;
    private final PreparedStatement write;
    private final EventKinds kinds;

    private WriterSession(Connection connection, PreparedStatement write, EventKinds kinds) {
        this.connection = connection;
        this.write = write;
        this.kinds = kinds;
    }

    static WriterSession open(DataSource dataSource, EventKinds kinds) throws SQLException {
        var connection = dataSource.getConnection();
        try {
            connection.setAutoCommit(true);
            connection.setNetworkTimeout(Runnable::run, Math.toIntExact(ANSWER_LIMIT.toMillis()));
            limit(connection);
            return new WriterSession(connection, connection.prepareStatement(WRITE), kinds);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Gives a session the limits of a writer's. */
    static void limit(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(LIMITS);
        }
    }

    /**
     * Stores those appends that follow what the log has, in their order.
     *
     * @param appends no two of them touch the same aggregate
     * @return why the others were refused, by their index
     */
    Map<Integer, String> write(List<Append> appends) throws SQLException {
        bind(appends);
        write.execute();
        Map<Integer, String> refused = new TreeMap<>();
        // The answer of the lock comes first.
        write.getMoreResults();
        try (ResultSet row = write.getResultSet()) {
            while (row.next()) {
                refused.merge(
                        row.getInt(1),
                        "the last of %s is %d".formatted(row.getString(2), row.getLong(3)),
                        "%s, %s"::formatted);
            }
        }
        return refused;
    }

    private void bind(List<Append> appends) throws SQLException {
        List<Integer> claimants = new ArrayList<>();
        List<UUID> claimed = new ArrayList<>();
        List<Long> firsts = new ArrayList<>();
        int size = appends.stream().mapToInt(append -> append.rows().size()).sum();
        var owners = new Integer[size];
        var sequences = new Long[size];
        var micros = new Long[size];
        var eventIds = new UUID[size];
        var aggregateIds = new UUID[size];
        var numbers = new Short[size];
        var payloads = new byte[size][];
        var metaData = new byte[size][];
        int i = 0;
        for (int index = 0; index < appends.size(); index++) {
            var append = appends.get(index);
            for (var first : append.firstSequences().entrySet()) {
                claimants.add(index);
                claimed.add(first.getKey());
                firsts.add(first.getValue());
            }
            for (var row : append.rows()) {
                owners[i] = index;
                sequences[i] = row.sequence();
                micros[i] = micros(row.time());
                eventIds[i] = row.eventId();
                aggregateIds[i] = row.aggregateId();
                numbers[i] = kinds.number(connection, row.kind());
                payloads[i] = row.payload();
                metaData[i] = row.metaData();
                i++;
            }
        }
        write.setLong(1, LOCK);
        write.setArray(2, connection.createArrayOf("int4", claimants.toArray()));
        write.setArray(3, connection.createArrayOf("uuid", claimed.toArray()));
        write.setArray(4, connection.createArrayOf("int8", firsts.toArray()));
        write.setArray(5, connection.createArrayOf("int4", owners));
        write.setArray(6, connection.createArrayOf("int8", sequences));
        write.setArray(7, connection.createArrayOf("int8", micros));
        write.setArray(8, connection.createArrayOf("uuid", eventIds));
        write.setArray(9, connection.createArrayOf("uuid", aggregateIds));
        write.setArray(10, connection.createArrayOf("int2", numbers));
        write.setArray(11, connection.createArrayOf("bytea", payloads));
        write.setArray(12, connection.createArrayOf("bytea", metaData));
    }

    /** Cut off to microseconds, where the database would round. */
    private static long micros(Instant time) {
        return TimeUnit.SECONDS.toMicros(time.getEpochSecond())
                + TimeUnit.NANOSECONDS.toMicros(time.getNano());
    }

    boolean stored(Append append) throws SQLException {
        return stored(connection, append);
    }

    /** Whether the log has {@code append}, by the id of its first event at that event's place. */
    static boolean stored(Connection connection, Append append) throws SQLException {
        var first = append.rows().getFirst();
        try (var select = connection.prepareStatement(STORED)) {
            select.setObject(1, first.aggregateId());
            select.setLong(2, first.sequence());
            try (var row = select.executeQuery()) {
                return row.next() && row.getObject(1, UUID.class).equals(first.eventId());
            }
        }
    }

    /**
     * Ends the connection, so that no pool gives it to anybody again: the server may have become
     * one that is only read from, and the session would stay there.
     */
    void abandon() {
        try (connection) {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("The writer's connection was broken already", e);
        }
    }

    /** Gives the connection back as it was. */
    @Override
    public void close() throws SQLException {
        try (connection;
                write;
                var statement = connection.createStatement()) {
            statement.execute("RESET ALL");
            connection.setNetworkTimeout(Runnable::run, 0);
        }
    }
}
