package tools.choco.onboarding.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.sessionview.SessionViewProjection;

/** Generations park on their own: while they are rebuilt, while they follow, when they go. */
class ParkedRebuildTest {

    private static final String ROWS =
            "SELECT json_agg(t ORDER BY session_id)::text FROM sessionview_g%d.session_view t";

    private final ReadModels models = new ReadModels();
    private final Touchy touchy = new Touchy();

    @AfterEach
    void close() {
        models.close();
    }

    @Test
    void parksWhileItRebuildsAndAppliesWhatIsRetried() {
        List<History.Entry> history =
                History.of(new Random(31).ints(300, 0, 1_000_000).boxed().toList());
        Set<String> sessions =
                history.stream()
                        .map(it -> EventFields.sessionId(it.event()))
                        .collect(Collectors.toSet());
        String poisoned = sessions.iterator().next();
        touchy.poisoned.add(poisoned);
        models.append(history.subList(0, history.size() / 2));
        ReadModelKeeper keeper = models.keeper(List.of(touchy), true, 1_000);
        keeper.start();
        await().until(() -> isFollowing(keeper, 1));
        models.append(history.subList(history.size() / 2, history.size()));
        models.awaitCaughtUp(touchy);

        assertThat(parked(1)).isEqualTo("1");
        assertThat(models.text(ROWS.formatted(1))).doesNotContain("\"session_id\":\"" + poisoned);

        touchy.poisoned.clear();
        Generation next = keeper.generations().begin(touchy);
        await().until(() -> isFollowing(keeper, 2));
        assertThat(parked(2)).isEqualTo("0");
        assertThat(parked(1)).isEqualTo("1");
        assertThat(models.text(ROWS.formatted(2))).contains("\"session_id\":\"" + poisoned);

        long letter =
                Long.parseLong(
                        models.text("SELECT id::text FROM dead_letters WHERE cause IS NOT NULL"));
        List<LoggedEvent> logged = History.logged(history);
        ParkedSequences sequences =
                new ParkedSequences(
                        models.dataSource(), position -> logged.get((int) position - 1));
        assertThat(sequences.retry(touchy, new Generation(touchy.name(), 1), letter))
                .isEqualTo(ParkedSequences.Outcome.GOES_ON);
        await().untilAsserted(
                        () ->
                                assertThat(models.text(ROWS.formatted(1)))
                                        .isEqualTo(models.text(ROWS.formatted(2))));

        keeper.generations().serve(next);
        models.text(
                """
                WITH parked AS (INSERT INTO dead_letters
                    (processor, sequence_key, position, event_id, event_type, parked_at)
                    VALUES ('sessionview_g1', 's', 1, gen_random_uuid(), 'x', now()) RETURNING id)
                SELECT id::text FROM parked""");
        keeper.generations().drop(new Generation(touchy.name(), 1));
        assertThat(parked(1)).isEqualTo("0");
        keeper.stop();
    }

    private String parked(int generation) {
        return models.text(
                "SELECT count(DISTINCT sequence_key)::text FROM dead_letters WHERE processor ="
                        + " 'sessionview_g%d'".formatted(generation));
    }

    private static boolean isFollowing(ReadModelKeeper keeper, int generation) {
        return keeper.processors().stream().anyMatch(it -> it.generation().number() == generation);
    }

    /** The list of sessions, which cannot bear some of them. */
    private static final class Touchy extends DelegatingProjection {

        private final Set<String> poisoned = ConcurrentHashMap.newKeySet();

        Touchy() {
            super(new SessionViewProjection());
        }

        @Override
        public void apply(Connection connection, List<LoggedEvent> events) throws SQLException {
            super.apply(connection, events);
            if (events.stream().anyMatch(it -> poisoned.contains(it.sessionId()))) {
                throw new IllegalStateException("poison");
            }
        }
    }
}
