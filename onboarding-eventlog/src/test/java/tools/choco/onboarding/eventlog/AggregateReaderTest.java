package tools.choco.onboarding.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.eventlog.testing.TestDatabase;

class AggregateReaderTest {

    private static final int AGGREGATES = 6;
    private static final int EVENTS = 300;

    private static TestDatabase database;
    private static PostgresEventLog log;

    /** Aggregate of each event, from position 1. */
    private static final List<String> written = new ArrayList<>();

    @BeforeAll
    static void write() {
        database = TestDatabase.create();
        log = new PostgresEventLog(database.dataSource());
        var random = new Random(5);
        var events = new RandomEvents(5);
        var next = new long[AGGREGATES];
        for (int i = 0; i < EVENTS; i++) {
            int aggregate = random.nextInt(AGGREGATES);
            var id = RandomEvents.id("a" + aggregate);
            log.storageEngine()
                    .appendEvents(RandomEvents.message(id, next[aggregate]++, events.any()));
            written.add(id);
        }
    }

    @AfterAll
    static void close() {
        log.close();
        database.close();
    }

    @Test
    void findsTheLastEventsOfManyAggregates() {
        Map<String, Long> expected = new HashMap<>();
        written.forEach(id -> expected.merge(id, 0L, (before, first) -> before + 1));
        Set<String> asked = new HashSet<>(expected.keySet());
        asked.add(RandomEvents.id("a" + AGGREGATES));
        asked.add("no uuid");

        assertThat(log.aggregates().lastSequences(asked)).isEqualTo(expected);
        assertThat(log.aggregates().lastSequences(Set.of())).isEmpty();
    }

    @Test
    void findsTheEventsOfSomeAggregatesInTheOrderOfTheLog() {
        var random = new Random(6);
        for (int i = 0; i < 200; i++) {
            var ids = Set.of(id(random), RandomEvents.id("a" + AGGREGATES));
            long after = random.nextInt(EVENTS + 10);
            int max = 1 + random.nextInt(EVENTS);

            assertThat(positions(log.aggregates().after(after, ids, max)))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(after + 1, EVENTS)
                                    .filter(it -> ids.contains(written.get((int) it - 1)))
                                    .limit(max)
                                    .boxed()
                                    .toList());
        }
    }

    @Test
    void findsThoseOfSeveralTogether() {
        var ids = Set.of(RandomEvents.id("a0"), RandomEvents.id("a1"), RandomEvents.id("a2"));

        assertThat(positions(log.aggregates().after(0, ids, EVENTS)))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, EVENTS)
                                .filter(it -> ids.contains(written.get((int) it - 1)))
                                .boxed()
                                .toList());
    }

    @Test
    void findsNothingByWhatIsNoId() {
        assertThat(log.aggregates().after(0, Set.of("no-id", "' OR true --"), 10)).isEmpty();
        assertThat(log.aggregates().after(0, Set.of(), 10)).isEmpty();
        assertThat(log.aggregates().position("no-id", 0)).isEmpty();
    }

    @Test
    void knowsThePositionOfEveryEvent() {
        for (var event : log.aggregates().after(0, Set.copyOf(written), EVENTS)) {
            var ofAggregate = (DomainEventMessage<?>) event;
            assertThat(
                            log.aggregates()
                                    .position(
                                            ofAggregate.getAggregateIdentifier(),
                                            ofAggregate.getSequenceNumber()))
                    .isEqualTo(event.trackingToken().position());
        }
        assertThat(log.aggregates().position(RandomEvents.id("a0"), EVENTS))
                .isEqualTo(OptionalLong.empty());
        assertThat(log.aggregates().position(UUID.randomUUID().toString(), 0)).isEmpty();
    }

    /** The positions' own order would lead through the whole log. */
    @Test
    void goesByTheIndexOfTheAggregates() throws SQLException {
        try (var connection = database.dataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("SET enable_seqscan = off");
            try (var plan =
                    statement.executeQuery(
                            "EXPLAIN "
                                    + PostgresEventStorageEngine.OF_AGGREGATES
                                            .replaceFirst(
                                                    "\\?",
                                                    "'{%s}'::uuid[]"
                                                            .formatted(RandomEvents.id("a0")))
                                            .replace("?", "10"))) {
                var lines = new StringBuilder();
                while (plan.next()) {
                    lines.append(plan.getString(1)).append('\n');
                }
                assertThat(lines).contains("events_aggregate_key").doesNotContain("events_pkey");
            }
            statement.execute("RESET enable_seqscan");
        }
    }

    private static String id(Random random) {
        return RandomEvents.id("a" + random.nextInt(AGGREGATES));
    }

    private static List<Long> positions(List<? extends TrackedEventMessage<?>> events) {
        return events.stream().map(it -> it.trackingToken().position().orElseThrow()).toList();
    }
}
