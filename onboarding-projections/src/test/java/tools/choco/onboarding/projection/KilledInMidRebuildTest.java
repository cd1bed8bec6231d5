package tools.choco.onboarding.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import tools.choco.onboarding.evaluation.Funnels;
import tools.choco.onboarding.eventlog.PostgresEventLog;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.funnel.FunnelProjection;

/** A process that builds a read model again is killed halfway, and another goes on. */
class KilledInMidRebuildTest {

    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final String NEXT = FunnelProjection.NAME + "_g2";
    private static final int EVENTS_PER_COMMIT = 50;

    /** Batches of the first process. */
    private static final int BATCHES = 3;

    private final ReadModels models = new ReadModels();
    private final List<Projection> projections = List.of(new FunnelProjection(Funnels.ALL));
    private final Replays replays = models.replays(projections);

    @AfterEach
    void close() {
        models.close();
    }

    @Test
    void goesOnFromWhatWasCommittedAndEndsAsWhatServes() throws Exception {
        models.append(History.of(new Random(41).ints(400, 0, 1_000_000).boxed().toList()));
        long head = number("SELECT max(position) FROM events");
        ReadModelKeeper keeper = models.keeper(projections, true, EVENTS_PER_COMMIT);
        keeper.start();
        await().atMost(WAIT).until(() -> number("SELECT count(*) FROM projection_current") == 1);
        keeper.stop();
        replays.begin(List.of(FunnelProjection.NAME), "operator", "kill it");

        Process killed = fork(BATCHES);
        try {
            await().atMost(WAIT).pollInterval(POLL).until(() -> !killed.isAlive() || reached() > 0);
        } finally {
            killed.destroyForcibly().waitFor();
        }
        long reached = reached();
        assertThat(reached).isPositive().isLessThan(head);
        assertThat(state()).isEqualTo(Replay.State.BUILDING);

        Process next = fork(Integer.MAX_VALUE);
        try {
            await().atMost(WAIT)
                    .pollInterval(POLL)
                    .until(() -> !next.isAlive() || state() == Replay.State.READY);
            assertThat(state()).isEqualTo(Replay.State.READY);
        } finally {
            next.destroyForcibly().waitFor();
        }

        assertThat(
                        number(
                                """
                                SELECT filling_from FROM projection_generations
                                WHERE projection = 'funnel' AND generation = 2"""))
                .isEqualTo(reached);
        Difference difference = replays.difference(NEXT, 5);
        assertThat(difference.isSame()).as(difference.toString()).isTrue();
        assertThat(number("SELECT count(*) FROM " + NEXT + ".funnel_entry")).isPositive();
    }

    private Replay.State state() {
        return replays.find(NEXT).orElseThrow().state();
    }

    private long reached() {
        return replays.find(NEXT).orElseThrow().position();
    }

    private long number(String sql) {
        return Long.parseLong(models.text("SELECT (%s)::text".formatted(sql)));
    }

    private Process fork(int batches) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Keeping.class.getName(),
                        ((HikariDataSource) models.dataSource()).getJdbcUrl(),
                        Integer.toString(batches))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Looks after the read model until it is killed. */
    static final class Keeping {

        private Keeping() {}

        public static void main(String[] arguments) throws IOException {
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setUrl(arguments[0]);
            try (PostgresEventLog log = new PostgresEventLog(source)) {
                Projections processors =
                        new Projections(
                                log.eventStore(),
                                log.tokenStore("forked", Duration.ofSeconds(10)),
                                log.transactions(),
                                log.transactions()::current,
                                Executors.newSingleThreadScheduledExecutor(),
                                Executors.newScheduledThreadPool(2),
                                ProjectionSettings.DEFAULT);
                new ReadModelKeeper(
                                source,
                                new ReadModels.ReaderSource(log.reader()),
                                processors,
                                List.of(
                                        new Stalling(
                                                new FunnelProjection(Funnels.ALL),
                                                Integer.parseInt(arguments[1]))),
                                true,
                                EVENTS_PER_COMMIT,
                                running -> {})
                        .start();
                // Until the one who started it is gone, at the latest.
                System.in.transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    /** A funnel that is built again up to a batch, and there stands still in its transaction. */
    private record Stalling(FunnelProjection funnel, int batches) implements Projection {

        @Override
        public String name() {
            return funnel.name();
        }

        @Override
        public int version() {
            return funnel.version();
        }

        @Override
        public String configuration() {
            return funnel.configuration();
        }

        @Override
        public boolean handles(EventType type) {
            return funnel.handles(type);
        }

        @Override
        public Set<String> notCompared() {
            return funnel.notCompared();
        }

        @Override
        public String tables() {
            return funnel.tables();
        }

        @Override
        public void apply(Connection connection, List<LoggedEvent> events) throws SQLException {
            funnel.apply(connection, events);
        }

        @Override
        public Bulk bulk() {
            Bulk bulk = funnel.bulk();
            return new Bulk() {
                private int added;

                @Override
                public void add(Connection connection, List<LoggedEvent> events)
                        throws SQLException {
                    bulk.add(connection, events);
                    if (added++ == batches) {
                        stall();
                    }
                }

                @Override
                public void flush(Connection connection) throws SQLException {
                    bulk.flush(connection);
                }

                @Override
                public void end(Connection connection) throws SQLException {
                    bulk.end(connection);
                }
            };
        }

        private static void stall() {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
