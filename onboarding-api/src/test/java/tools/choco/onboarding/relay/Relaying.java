package tools.choco.onboarding.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.axonframework.eventhandling.DomainEventMessage;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.eventlog.PostgresEventLog;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.eventlog.testing.TestDatabase;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.testing.NatsServer;

/** A log on a database of its own that fills with events of every type, and its relay. */
final class Relaying implements AutoCloseable {

    static final Duration WAIT = Duration.ofSeconds(30);
    static final Duration POLL = Duration.ofMillis(10);

    private static final int AGGREGATES = 40;

    private final TestDatabase database = TestDatabase.create();
    private final EventLog log = new PostgresEventLog(database.dataSource());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final RandomEvents events = new RandomEvents(17);
    private final Random random = new Random(17);
    private final Map<String, Long> sequences = new HashMap<>();
    private @Nullable EventRelay relay;

    EventLog log() {
        return log;
    }

    SimpleMeterRegistry meters() {
        return meters;
    }

    static RelaySettings settings(@Nullable String url) {
        return new RelaySettings(
                url,
                null,
                1,
                Duration.ofMinutes(2),
                256,
                1 << 20,
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                Duration.ofMillis(200),
                Duration.ofMillis(100));
    }

    /** Begins to relay to that server. */
    EventRelay relayTo(String url) {
        EventRelay fresh = relay(settings(url));
        relay = fresh;
        fresh.start();
        return fresh;
    }

    /** One more relay of the same log, not started. */
    EventRelay relay(RelaySettings settings) {
        return new EventRelay(
                settings,
                database.dataSource(),
                log.reader(),
                log.growth(),
                Clock.systemUTC(),
                meters);
    }

    /** Ends the relay, as a process does that is shut down. */
    void end() {
        if (relay != null) {
            relay.close();
        }
    }

    /** Appends so many events, in appends of a few. */
    void append(int count) {
        for (int left = count; left > 0; ) {
            int size = Math.min(left, 1 + random.nextInt(20));
            append(IntStream.range(0, size).mapToObj(it -> next()).toList());
            left -= size;
        }
    }

    /** Appends an event of each type. */
    void appendEveryType() {
        List<DomainEventMessage<?>> batch = new ArrayList<>();
        for (EventType type : EventType.all()) {
            batch.add(next(type));
        }
        append(batch);
    }

    void append(List<? extends DomainEventMessage<?>> batch) {
        log.storageEngine().appendEvents(batch);
    }

    private DomainEventMessage<?> next() {
        return next(EventType.all().get(random.nextInt(EventType.all().size())));
    }

    DomainEventMessage<?> next(EventType type) {
        String id = RandomEvents.id(type.aggregateType() + random.nextInt(AGGREGATES));
        long sequence = sequences.merge(id, 1L, Long::sum) - 1;
        return RandomEvents.message(id, sequence, events.ofType(type));
    }

    /** Has the database end each connection that holds an advisory lock for longer. */
    void endTransactionsThatHoldTheLock() {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
                    WHERE locktype = 'advisory' AND granted AND state = 'idle in transaction'
                      AND datname = current_database()
                    """);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Waits until the relay says that all is out. */
    void awaitInStep(EventRelay which) {
        await().atMost(WAIT)
                .pollInterval(POLL)
                .untilAsserted(
                        () -> {
                            RelayStatus status = which.status();
                            assertThat(status.state()).isEqualTo(RelayState.IN_STEP);
                            assertThat(status.backlogEvents()).isZero();
                        });
    }

    /** Waits until the stream is the log, id by id and byte by byte. */
    void awaitEqual(NatsServer server) {
        await().atMost(WAIT)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .untilAsserted(() -> assertEqual(server));
    }

    void assertEqual(NatsServer server) {
        try (StreamReading reading = StreamReading.of(server.url())) {
            assertSame(reading.all(), StreamReading.expected(log.reader()));
        }
    }

    /** Names the first difference; whole lists would drown it. */
    static void assertSame(List<StreamReading.Copy> stream, List<StreamReading.Copy> log) {
        for (int i = 0; i < Math.min(stream.size(), log.size()); i++) {
            assertThat(stream.get(i)).as("event %d of the stream", i + 1).isEqualTo(log.get(i));
        }
        assertThat(stream).as("events of the stream").hasSameSizeAs(log);
    }

    @Override
    public void close() {
        end();
        log.close();
        database.close();
    }
}
