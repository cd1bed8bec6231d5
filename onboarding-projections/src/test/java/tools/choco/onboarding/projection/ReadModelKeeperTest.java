package tools.choco.onboarding.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.evaluation.Funnels;
import tools.choco.onboarding.funnel.FunnelProjection;

/** A read model is built again beside the one that serves, then switched to and back. */
class ReadModelKeeperTest {

    /** Without event ids and append times, which differ from log to log. */
    private static final String STANDING =
            """
            SELECT json_agg((funnel, session_id, entry, day, test, outcome, dimensions)
                ORDER BY funnel, session_id, entry)::text FROM funnel_g%d.funnel_entry
            """;

    private final ReadModels models = new ReadModels();

    @AfterEach
    void close() {
        models.close();
    }

    @Test
    void servesAtOnceOnANewLog() {
        ReadModelKeeper keeper = started(new FunnelProjection(Funnels.ALL));

        assertThat(served(keeper)).isEqualTo(1);
        keeper.stop();
    }

    @Test
    void buildsTheFirstGenerationFromALogThatIsThere() {
        models.append(history(21));
        ReadModelKeeper keeper = started(new FunnelProjection(Funnels.ALL));

        await().until(() -> served(keeper) == 1);

        assertThat(models.text(STANDING.formatted(1))).isEqualTo(replayed(history(21)));
        keeper.stop();
    }

    @Test
    void hasEveryIndexOnceItIsFilled() {
        models.append(history(21));
        FunnelProjection funnel = new FunnelProjection(Funnels.ALL);
        ReadModelKeeper keeper = started(funnel);

        await().until(() -> served(keeper) == 1);

        assertThat(
                        models.text(
                                "SELECT string_agg(indexname, ' ') FROM pg_indexes"
                                        + " WHERE schemaname = 'funnel_g1'"))
                .contains("funnel_entry_day", "funnel_restatement_day");
        keeper.stop();
    }

    @Test
    void buildsBesideFollowsSwitchesAndGoesBack() {
        List<History.Entry> history = history(22);
        models.append(history.subList(0, history.size() / 2));
        ReadModelKeeper keeper = started(new FunnelProjection(Funnels.ALL));
        await().until(() -> served(keeper) == 1);

        Generation next = keeper.generations().begin(new FunnelProjection(Funnels.ALL));
        models.append(history.subList(history.size() / 2, history.size()));
        await().until(() -> isFollowing(keeper, next));
        await().untilAsserted(() -> assertThat(rows(2)).isEqualTo(rows(1)).isNotEqualTo("[]"));
        assertThat(served(keeper)).isEqualTo(1);

        keeper.generations().serve(next);
        assertThat(served(keeper)).isEqualTo(2);
        models.append(History.renamed(history));
        await().untilAsserted(() -> assertThat(rows(1)).isEqualTo(rows(2)).contains("other"));

        await().untilAsserted(
                        () -> keeper.generations().serve(new Generation(FunnelProjection.NAME, 1)));
        assertThat(served(keeper)).isEqualTo(1);
        keeper.stop();
    }

    @Test
    void refusesTwoAtOnceAndStepsOutOfOrder() {
        models.append(history(23));
        ReadModelKeeper keeper = started(new FunnelProjection(Funnels.ALL));
        await().until(() -> served(keeper) == 1);
        Generation next = keeper.generations().begin(new FunnelProjection(Funnels.ALL));

        assertRefused(
                "replay_under_way",
                () -> keeper.generations().begin(new FunnelProjection(Funnels.ALL)));
        assertRefused(
                "replay_not_found",
                () -> keeper.generations().serve(new Generation(FunnelProjection.NAME, 9)));
        assertRefused(
                "replay_served",
                () -> keeper.generations().drop(new Generation(FunnelProjection.NAME, 1)));

        await().until(() -> isFollowing(keeper, next));
        keeper.generations().drop(next);
        await().until(() -> keeper.processors().size() == 1);
        assertThat(
                        models.text(
                                "SELECT count(*)::text FROM information_schema.schemata WHERE"
                                        + " schema_name = 'funnel_g2'"))
                .isEqualTo("0");
        keeper.stop();
    }

    @Test
    void goesOnWhereItWasAfterAStopInTheMiddle() {
        List<History.Entry> history = history(24);
        models.append(history);
        AtomicBoolean stuck = new AtomicBoolean(true);
        AtomicInteger batches = new AtomicInteger();
        FunnelProjection funnel = new FunnelProjection(Funnels.ALL);
        Projection slow = new Interrupted(funnel, stuck, batches);
        ReadModelKeeper first = models.keeper(List.of(slow), true, 50);
        first.start();
        await().until(() -> position(first) > 0 && batches.get() > 3);
        first.stop();
        long reached = position(first);
        stuck.set(false);

        ReadModelKeeper second = models.keeper(List.of(slow), true, 50);
        second.start();
        await().until(() -> served(second) == 1);

        assertThat(reached).isPositive().isLessThan(history.size());
        assertThat(models.text(STANDING.formatted(1))).isEqualTo(replayed(history));
        second.stop();
    }

    @Test
    void rebuildsForANewVersionAndSwitchesAlone() {
        models.append(history(25));
        ReadModelKeeper old = started(new FunnelProjection(Funnels.ALL));
        await().until(() -> served(old) == 1);
        old.stop();

        ReadModelKeeper keeper =
                models.keeper(
                        List.of(new Versioned(new FunnelProjection(Funnels.ALL))), true, 1_000);
        keeper.start();

        await().until(() -> served(keeper) == 2);
        keeper.stop();
    }

    @Test
    void fillsAFunnelThatIsAddedFromTheHistory() {
        models.append(history(27));
        ReadModelKeeper old = started(new FunnelProjection(List.of(Funnels.ONBOARDING)));
        await().until(() -> served(old) == 1);
        old.stop();

        ReadModelKeeper keeper =
                started(new FunnelProjection(List.of(Funnels.ONBOARDING, Funnels.SITES)));
        await().until(() -> served(keeper) == 2);

        assertThat(entries(1, "sites")).isZero();
        assertThat(entries(2, "sites")).isPositive();
        assertThat(entries(2, "onboarding")).isEqualTo(entries(1, "onboarding")).isPositive();
        keeper.stop();
    }

    @Test
    void waitsForTheOperatorWhereConfigured() {
        models.append(history(26));
        ReadModelKeeper old = started(new FunnelProjection(Funnels.ALL));
        await().until(() -> served(old) == 1);
        old.stop();

        ReadModelKeeper keeper =
                models.keeper(
                        List.of(new Versioned(new FunnelProjection(Funnels.ALL))), false, 1_000);
        keeper.start();
        Generation next = new Generation(FunnelProjection.NAME, 2);
        await().until(() -> isFollowing(keeper, next));

        assertThat(served(keeper)).isEqualTo(1);
        keeper.generations().serve(next);
        assertThat(served(keeper)).isEqualTo(2);
        keeper.stop();
    }

    private ReadModelKeeper started(Projection projection) {
        ReadModelKeeper keeper = models.keeper(List.of(projection), true, 50);
        keeper.start();
        return keeper;
    }

    private static int served(ReadModelKeeper keeper) {
        return keeper.generations().of(FunnelProjection.NAME).stream()
                .filter(GenerationStatus::current)
                .mapToInt(it -> it.generation().number())
                .findFirst()
                .orElse(0);
    }

    private static boolean isFollowing(ReadModelKeeper keeper, Generation generation) {
        return keeper.processors().stream().anyMatch(it -> it.generation().equals(generation));
    }

    private static long position(ReadModelKeeper keeper) {
        return keeper.generations().of(FunnelProjection.NAME).getLast().position();
    }

    private long entries(int generation, String funnel) {
        return Long.parseLong(
                models.text(
                        "SELECT count(*)::text FROM funnel_g%d.funnel_entry WHERE funnel = '%s'"
                                .formatted(generation, funnel)));
    }

    private String rows(int generation) {
        return models.rows("funnel_g" + generation + ".funnel_entry", "funnel, session_id, entry");
    }

    /** The rows that a history leaves when it is applied at once to tables of their own. */
    private static String replayed(List<History.Entry> history) {
        try (ReadModels other = new ReadModels()) {
            other.apply(new FunnelProjection(Funnels.ALL), History.logged(history));
            return other.text(STANDING.formatted(1));
        }
    }

    private static void assertRefused(String code, Runnable step) {
        assertThatExceptionOfType(ReplayRefused.class)
                .isThrownBy(step::run)
                .satisfies(refused -> assertThat(refused.code()).isEqualTo(code));
    }

    private static List<History.Entry> history(long seed) {
        return History.of(new Random(seed).ints(400, 0, 1_000_000).boxed().toList());
    }

    /** The funnel as another version of the service has it. */
    private static final class Versioned extends DelegatingProjection {

        Versioned(FunnelProjection funnel) {
            super(funnel);
        }

        @Override
        public int version() {
            return super.version() + 1;
        }
    }

    /** The funnel, whose fourth batch never ends while it is stuck. */
    private static final class Interrupted extends DelegatingProjection {

        private final AtomicBoolean stuck;
        private final AtomicInteger batches;

        Interrupted(FunnelProjection funnel, AtomicBoolean stuck, AtomicInteger batches) {
            super(funnel);
            this.stuck = stuck;
            this.batches = batches;
        }

        @Override
        public void apply(Connection connection, List<LoggedEvent> events) throws SQLException {
            if (batches.incrementAndGet() > 3 && stuck.get()) {
                throw new SQLException("the power is gone");
            }
            super.apply(connection, events);
        }
    }
}
