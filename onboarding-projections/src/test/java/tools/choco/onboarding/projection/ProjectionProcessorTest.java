package tools.choco.onboarding.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.sessionview.SessionViewProjection;
import tools.choco.onboarding.siteview.SiteViewProjection;

/** What enters through the event store comes out as rows, whatever goes wrong in between. */
class ProjectionProcessorTest {

    private final ReadModels models = new ReadModels();

    @AfterEach
    void close() {
        models.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void appliesWhatIsAppendedAndRebuildsToTheSameRows(int segments) {
        List<History.Entry> history = randomHistory(11, 400);
        models.append(history.subList(0, history.size() / 2));
        for (Projection projection :
                List.of(new SessionViewProjection(), new SiteViewProjection())) {
            ProjectionProcessor processor = models.processorFor(projection, segments);
            processor.start();
        }
        models.append(history.subList(history.size() / 2, history.size()));
        awaitAllOf(history);
        String live = rows();

        for (Projection projection :
                List.of(new SessionViewProjection(), new SiteViewProjection())) {
            models.clear(projection);
            models.apply(projection, History.logged(history));
        }

        // Positions differ where they were counted; all else is the same.
        assertThat(withoutPositions(live)).isEqualTo(withoutPositions(rows()));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void rollsBackRowsAndTokenAndRecovers(Throwable failure) {
        Breakable projection = new Breakable();
        ProjectionProcessor processor = models.processorFor(projection, 1);
        models.append(randomHistory(14, 50));
        processor.start();
        models.awaitCaughtUp(projection);
        String rows = models.rows("session_view", "session_id");
        String progress = models.rows("projection_progress", "projection");

        projection.failure.set(failure);
        int before = projection.attempts.get();
        List<History.Entry> more = History.renamed(History.of(List.of()));
        models.append(more);
        await().until(() -> projection.attempts.get() > before && !processor.status().isHealthy());

        assertThat(models.rows("session_view", "session_id")).isEqualTo(rows);
        assertThat(models.rows("projection_progress", "projection")).isEqualTo(progress);
        assertThat(processor.status().error()).contains("broken on purpose");
        assertThat(processor.status().isHealthy()).isFalse();
        assertThat(processor.status().running()).isTrue();

        projection.failure.set(null);
        models.awaitCaughtUp(projection);

        await().until(() -> processor.status().isHealthy() && processor.status().caughtUp());
        assertThat(models.rows("session_view", "session_id")).isNotEqualTo(rows);
        processor.stop();
        assertThat(processor.status().running()).isFalse();
    }

    static List<Throwable> failures() {
        return List.of(
                new SQLException("broken on purpose"),
                new SQLException("broken on purpose", "53100"),
                new IllegalStateException(new SQLException("broken on purpose", "40001")),
                new StackOverflowError("broken on purpose"));
    }

    @Test
    void isHealthyThoughAnotherInstanceTookItsSegment() throws SQLException {
        Projection projection = new SessionViewProjection();
        ProjectionProcessor processor = models.processorFor(projection, 1);
        models.append(randomHistory(16, 50));
        processor.start();
        models.awaitCaughtUp(projection);
        try (Connection connection = models.dataSource().getConnection();
                PreparedStatement take =
                        connection.prepareStatement(
                                "UPDATE token_entry SET owner = 'another', time_stamp = ?")) {
            take.setString(1, Instant.now().plusSeconds(3_600).toString());
            assertThat(take.executeUpdate()).isEqualTo(1);
        }

        models.append(History.renamed(History.of(List.of())));

        await().until(() -> processor.status().position() == null);
        assertThat(processor.status().error()).isNull();
        assertThat(processor.status().isHealthy()).isTrue();
        processor.stop();
    }

    @Test
    void appliesABatchAtOnce() {
        models.append(randomHistory(15, 200));
        Breakable projection = new Breakable();
        ProjectionProcessor processor = models.processorFor(projection, 1);

        processor.start();
        models.awaitCaughtUp(projection);
        processor.stop();

        int events = Integer.parseInt(models.text("SELECT count(*)::text FROM events"));
        assertThat(projection.attempts.get()).isLessThan(events / 10);
    }

    private void awaitAllOf(List<History.Entry> history) {
        // With several segments none is at the head for sure; the rows count their events.
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> {
                            assertThat(
                                            models.text(
                                                    """
                                                    SELECT (sum(revision) + sum(coalesce((
                                                        SELECT sum((site ->> 'events')::bigint)
                                                        FROM jsonb_array_elements(sites) site
                                                    ), 0)))::text FROM session_view
                                                    """))
                                    .isEqualTo(Integer.toString(history.size()));
                            assertThat(models.text("SELECT sum(events)::text FROM sites"))
                                    .isEqualTo(
                                            models.text(
                                                    """
                                                    SELECT sum((site ->> 'events')::bigint)::text
                                                    FROM session_view,
                                                        jsonb_array_elements(sites) site
                                                    """));
                        });
    }

    private String rows() {
        return models.rows("session_view", "session_id") + models.rows("sites", "site_id");
    }

    private static String withoutPositions(String rows) {
        return rows.replaceAll("\"last_position\":\\d+", "");
    }

    private static List<History.Entry> randomHistory(long seed, int size) {
        return History.of(new Random(seed).ints(size, 0, 1_000_000).boxed().toList());
    }

    /** The sessions, broken on purpose after it has written its rows. */
    private static final class Breakable extends DelegatingProjection {

        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private final AtomicInteger attempts = new AtomicInteger();

        Breakable() {
            super(new SessionViewProjection());
        }

        @Override
        public void apply(Connection connection, List<LoggedEvent> events) throws SQLException {
            super.apply(connection, events);
            attempts.incrementAndGet();
            switch (failure.get()) {
                case SQLException e -> throw e;
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case null, default -> {
                    // Nothing is broken.
                }
            }
        }
    }
}
