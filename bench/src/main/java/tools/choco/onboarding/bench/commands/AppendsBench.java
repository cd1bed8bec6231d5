package tools.choco.onboarding.bench.commands;

import com.google.protobuf.Message;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.messaging.MetaData;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.bench.database.Database;
import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Comparison;
import tools.choco.onboarding.bench.measure.Repeating;
import tools.choco.onboarding.bench.measure.Resources;
import tools.choco.onboarding.bench.measure.Row;
import tools.choco.onboarding.bench.measure.Stage;
import tools.choco.onboarding.eventlog.PostgresEventLog;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.v1.OnboardingStepReopened;

/** Row 5: what an append takes at the end of a long log, beside the same at that of a short one. */
public final class AppendsBench implements Bench {

    private static final int THREADS = 16;
    private static final int APPENDS_PER_SECOND = 1_000;
    private static final int CONNECTIONS = 20;

    @Override
    public Row row() {
        return new Row(
                "5",
                "p99 of appends to a long log and a short one",
                "append p99 with 10 million events in the log, cold aggregates among them",
                "with 100,000",
                "ms",
                Row.Aim.atMost(1.5));
    }

    @Override
    public Comparison prepare(Stage stage, Resources resources) throws Exception {
        var scale = stage.scale();
        // More appends in a round than single ones could move a percentile.
        var round = scale.round().multipliedBy(2);
        int cold = (int) (APPENDS_PER_SECOND * 2 * round.toMillis() / 1_000) + APPENDS_PER_SECOND;
        var large =
                resources.closing(
                        new Appender(stage.copyOfLog(scale.largeLog(), "appends_large"), cold));
        var small =
                resources.closing(
                        new Appender(stage.copyOfLog(scale.smallLog(), "appends_small"), cold));
        large.p99(scale.warmUp());
        small.p99(scale.warmUp());
        return Comparison.of(() -> large.p99(round), () -> small.p99(round));
    }

    /**
     * Appends at a rate, each second time to an aggregate from anywhere in the log, which is read
     * first, as a command does whose aggregate is not in memory.
     */
    private static final class Appender implements AutoCloseable {

        private final HikariDataSource pool;
        private final PostgresEventLog log;
        private final List<String> cold;
        private final AtomicInteger next = new AtomicInteger();

        Appender(Database database, int aggregates) throws SQLException {
            cold = anywhere(database, aggregates);
            pool = database.pool(CONNECTIONS);
            log = new PostgresEventLog(pool);
        }

        private static List<String> anywhere(Database database, int count) throws SQLException {
            List<String> found = new ArrayList<>();
            try (var connection = database.connect();
                    var select =
                            connection.prepareStatement(
                                    """
                                    SELECT DISTINCT aggregate_id
                                    FROM events JOIN event_kinds USING (kind)
                                    WHERE position = ANY (?) AND aggregate_type = ?
                                    """)) {
                long head = database.number("SELECT max(position) FROM events");
                var random = new Random(5);
                var positions = random.longs(3L * count, 1, head + 1).boxed().toArray(Long[]::new);
                select.setArray(1, connection.createArrayOf("int8", positions));
                select.setString(2, EventType.SESSION);
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        found.add(row.getString(1));
                    }
                }
                Collections.shuffle(found, random);
            }
            return found;
        }

        double p99(Duration length) throws Exception {
            return Repeating.atRate(THREADS, APPENDS_PER_SECOND, length, thread -> append())
                            .getValueAtPercentile(99)
                    / 1e6;
        }

        private void append() {
            int number = next.getAndIncrement();
            var id =
                    number % 2 == 0
                            ? UUID.randomUUID().toString()
                            : cold.get(number / 2 % cold.size());
            long sequence =
                    number % 2 == 0
                            ? 0
                            : log.storageEngine()
                                    .readEvents(id)
                                    .asStream()
                                    .reduce((first, second) -> second)
                                    .map(last -> last.getSequenceNumber() + 1)
                                    .orElse(0L);
            Message event =
                    OnboardingStepReopened.newBuilder()
                            .setSessionId(id)
                            .setUserId("bench-user")
                            .setStepId("profile")
                            .setOrdinal(1)
                            .build();
            log.storageEngine()
                    .appendEvents(
                            List.of(
                                    new GenericDomainEventMessage<>(
                                            EventType.SESSION,
                                            id,
                                            sequence,
                                            event,
                                            MetaData.with(EventMetadata.ACTOR, "bench-user"))));
        }

        @Override
        public void close() {
            log.close();
            pool.close();
        }
    }
}
