package tools.choco.onboarding.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.sessionview.SessionViewProjection;
import tools.choco.onboarding.siteview.SiteViewProjection;

/** Operators build read models again, compare, switch and go back; or replay one session. */
class ReplaysTest {

    private static final String OPERATOR = "operator";
    private static final String REASON = "ticket 7";
    private static final String SESSIONS = SessionViewProjection.NAME;
    private static final String SITES = SiteViewProjection.NAME;

    private final ReadModels models = new ReadModels();
    private final AtomicInteger failing = new AtomicInteger(Integer.MAX_VALUE);
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final List<Projection> projections =
            List.of(
                    new Failing(new SessionViewProjection(), failing, failure),
                    new Failing(
                            new SiteViewProjection(),
                            new AtomicInteger(Integer.MAX_VALUE),
                            failure));
    private final Replays replays = models.replays(projections);
    private final List<History.Entry> history =
            History.of(new Random(31).ints(400, 0, 1_000_000).boxed().toList());
    private ReadModelKeeper keeper = models.keeper(projections, true, 50);

    @BeforeEach
    void serve() {
        models.append(history);
        keeper.start();
        await().until(() -> served(SESSIONS) == 1 && served(SITES) == 1);
    }

    @AfterEach
    void close() {
        keeper.stop();
        models.close();
    }

    @Test
    void buildsSeveralAtOnceToTheSameRows() {
        List<Replay> begun = replays.begin(List.of(SITES, SESSIONS), OPERATOR, REASON);

        assertThat(begun)
                .extracting(Replay::id, Replay::requestedBy, Replay::reason)
                .containsExactly(
                        tuple("sessionview_g2", OPERATOR, REASON),
                        tuple("siteview_g2", OPERATOR, REASON));
        await().until(() -> begun.stream().allMatch(it -> state(it) == Replay.State.READY));
        for (Replay replay : begun) {
            Difference difference = replays.difference(replay.id(), 5);
            assertThat(difference.isSame()).as(difference.toString()).isTrue();
            assertThat(difference.tables()).isNotEmpty();
            // No ticket was opened in this history.
            assertThat(difference.tables())
                    .filteredOn(it -> !it.name().equals("ticket_sessions"))
                    .isNotEmpty()
                    .allSatisfy(it -> assertThat(it.rowsNext()).isPositive())
                    .allSatisfy(it -> assertThat(it.rowsOther()).isEqualTo(it.rowsNext()));
            assertThat(difference.position()).isEqualTo(history.size());
        }
    }

    @Test
    void goesOnWhereItWasBrokenOffWhileOthersAreFilled() {
        failure.set(new SQLException("a test says so", "08006"));
        failing.set(4);
        replays.begin(List.of(SESSIONS, SITES), OPERATOR, REASON);
        await().until(() -> state("siteview_g2") == Replay.State.READY);
        await().until(() -> replays.find("sessionview_g2").orElseThrow().error() != null);
        long reached = replays.find("sessionview_g2").orElseThrow().position();
        keeper.stop();
        assertThat(reached).isPositive().isLessThan(history.size());

        failing.set(Integer.MAX_VALUE);
        keeper = models.keeper(projections, true, 50);
        keeper.start();
        await().until(() -> state("sessionview_g2") == Replay.State.READY);

        assertThat(replays.find("sessionview_g2").orElseThrow().error()).isNull();
        assertThat(replays.difference("sessionview_g2", 5).isSame()).isTrue();
    }

    @Test
    void findsWhatDiffersByTable() {
        ready(SITES);
        models.execute("DELETE FROM siteview_g2.sites WHERE site_id = (" + site(0) + ")");
        models.execute("DELETE FROM siteview_g1.sites WHERE site_id = (" + site(1) + ")");
        models.execute(
                "UPDATE siteview_g2.sites SET slug = 'another' WHERE site_id IN (%s, %s)"
                        .formatted("(" + site(2) + ")", "(" + site(3) + ")"));

        Difference difference = replays.difference("siteview_g2", 1);

        assertThat(difference.isSame()).isFalse();
        assertThat(difference.tables())
                .extracting(
                        Difference.Table::name,
                        Difference.Table::onlyNext,
                        Difference.Table::onlyOther,
                        Difference.Table::changed)
                .containsExactly(
                        tuple("provisioning_sagas", 0L, 0L, 0L), tuple("sites", 1L, 1L, 2L));
        List<Difference.Sample> samples = difference.tables().getLast().samples();
        assertThat(samples).hasSize(3);
        assertThat(samples)
                .extracting(it -> it.key().at("/site_id").asString())
                .containsExactly(models.text(site(1)), models.text(site(0)), models.text(site(2)));
        assertThat(samples.get(0).other()).isNull();
        assertThat(samples.get(1).next()).isNull();
        assertThat(samples.get(2).next()).isNotNull();
        assertThat(String.valueOf(samples.get(2).next())).contains("\"slug\":\"another\"");
        assertThat(String.valueOf(samples.get(2).other())).doesNotContain("another");
    }

    @Test
    void comparesAndSwitchesWhileEventsAreAppended() throws InterruptedException {
        ready(SESSIONS);
        Thread writer = Thread.ofVirtual().start(() -> models.append(History.renamed(history)));
        Stream.of("sessionview_g2", "sessionview_g1", "sessionview_g2")
                .forEach(
                        id -> {
                            assertThat(replays.difference(id, 5).isSame()).isTrue();
                            long before = replays.find("sessionview_g1").orElseThrow().position();
                            replays.switchTo(id);
                            assertThat(state(id)).isEqualTo(Replay.State.SERVING);
                            assertThat(rowsOf(id)).isGreaterThanOrEqualTo(before > 0 ? 1 : 0);
                        });
        writer.join();
        assertThat(replays.difference("sessionview_g1", 5).isSame()).isTrue();
    }

    @Test
    void switchesGoesBackAndDropsWhatWasReplaced() {
        ready(SESSIONS);

        assertThat(replays.switchTo("sessionview_g2").state()).isEqualTo(Replay.State.SERVING);
        assertThat(state("sessionview_g1")).isEqualTo(Replay.State.PREVIOUS);
        assertThat(replays.rollback("sessionview_g2").state()).isEqualTo(Replay.State.PREVIOUS);
        assertThat(state("sessionview_g1")).isEqualTo(Replay.State.SERVING);

        ready(SESSIONS);
        replays.switchTo("sessionview_g3");
        await().until(() -> state("sessionview_g2") == Replay.State.REPLACED);
        assertThat(state("sessionview_g1")).isEqualTo(Replay.State.PREVIOUS);
        assertThat(replays.cancel("sessionview_g1").state()).isEqualTo(Replay.State.CANCELLED);
        assertRefused("replay_no_previous", () -> replays.rollback("sessionview_g3"));
    }

    @Test
    void refusesTwoAtOnceAndStepsOutOfOrder() {
        replays.begin(List.of(SESSIONS), OPERATOR, REASON);

        assertRefused(
                "replay_under_way",
                () -> replays.begin(List.of(SITES, SESSIONS), OPERATOR, REASON));
        assertThat(replays.newest(100)).noneMatch(it -> it.id().equals("siteview_g2"));
        assertRefused(
                "replay_under_way", () -> replays.session(SESSIONS, session(), OPERATOR, REASON));
        await().until(() -> state("sessionview_g2") == Replay.State.READY);
        assertRefused("replay_under_way", () -> replays.begin(List.of(SESSIONS), OPERATOR, REASON));
        assertRefused("replay_not_served", () -> replays.rollback("sessionview_g2"));
        assertRefused("replay_served", () -> replays.cancel("sessionview_g1"));
        assertRefused("replay_not_found", () -> replays.switchTo("sessionview_g9"));

        replays.cancel("sessionview_g2");
        assertRefused("replay_over", () -> replays.switchTo("sessionview_g2"));
        assertThat(replays.begin(List.of(SESSIONS), OPERATOR, REASON))
                .extracting(Replay::id)
                .containsExactly("sessionview_g3");
    }

    @Test
    void replaysOneSessionInPlace() {
        String session = session();
        String rows = models.rows("session_view", "session_id") + rowsOfSites();
        for (String damage :
                List.of(
                        "UPDATE sessionview_g1.session_view SET user_id = 'nobody'",
                        "DELETE FROM sessionview_g1.session_view",
                        "UPDATE siteview_g1.sites SET slug = 'nothing'",
                        "DELETE FROM siteview_g1.sites")) {
            models.execute(damage + " WHERE session_id = '" + session + "'");
        }
        assertThat(models.rows("session_view", "session_id") + rowsOfSites()).isNotEqualTo(rows);

        Replay ofSessions = replays.session(SESSIONS, session, OPERATOR, REASON);
        Replay ofSites = replays.session(SITES, session, OPERATOR, REASON);

        assertThat(List.of(ofSessions, ofSites))
                .extracting(Replay::state, Replay::sessionId, Replay::error)
                .containsOnly(tuple(Replay.State.DONE, session, null));
        assertThat(models.rows("session_view", "session_id") + rowsOfSites()).isEqualTo(rows);
        assertRefused(
                "replay_session_unknown",
                () -> replays.session(SESSIONS, RandomEvents.id("none"), OPERATOR, REASON));
    }

    @Test
    void replaysOneSessionWhileItsEventsComeIn() throws InterruptedException {
        List<History.Entry> more = History.renamed(history);
        Thread writer = Thread.ofVirtual().start(() -> models.append(more));
        String session = LoggedEvent.sessionOf(more.getFirst().event());
        await().until(
                        () ->
                                models.text(
                                                "SELECT count(*)::text FROM session_view WHERE"
                                                        + " session_id = '"
                                                        + session
                                                        + "'")
                                        .equals("1"));
        do {
            replays.session(SESSIONS, session, OPERATOR, REASON);
        } while (writer.isAlive());
        writer.join();
        models.awaitCaughtUp(projections.getFirst());

        ready(SESSIONS);
        assertThat(replays.difference("sessionview_g2", 5).isSame()).isTrue();
    }

    @Test
    void changesNothingWhenTheSessionCannotBeReplayed() {
        String rows = models.rows("session_view", "session_id");
        failure.set(new IllegalArgumentException("a test says so"));
        failing.set(0);

        Replay replay = replays.session(SESSIONS, session(), OPERATOR, REASON);

        assertThat(replay.state()).isEqualTo(Replay.State.FAILED);
        assertThat(replay.error()).contains("a test says so");
        assertThat(models.rows("session_view", "session_id")).isEqualTo(rows);
    }

    private String ready(String projection) {
        String id = replays.begin(List.of(projection), OPERATOR, REASON).getFirst().id();
        await().until(() -> state(id) == Replay.State.READY);
        return id;
    }

    private Replay.State state(Replay replay) {
        return state(replay.id());
    }

    private Replay.State state(String id) {
        return replays.find(id).orElseThrow().state();
    }

    private int served(String projection) {
        return keeper.generations().of(projection).stream()
                .filter(GenerationStatus::current)
                .mapToInt(it -> it.generation().number())
                .findFirst()
                .orElse(0);
    }

    /** The session of the first site. */
    private String session() {
        return models.text("SELECT session_id FROM siteview_g1.sites ORDER BY site_id LIMIT 1");
    }

    private String rowsOfSites() {
        return models.rows("sites", "site_id") + models.rows("provisioning_sagas", "site_id");
    }

    private long rowsOf(String generation) {
        return Long.parseLong(
                models.text("SELECT count(*)::text FROM " + generation + ".session_view"));
    }

    private static String site(int number) {
        // Of the sagas, from which nothing is deleted.
        return "SELECT site_id FROM siteview_g1.provisioning_sagas ORDER BY site_id OFFSET "
                + number
                + " LIMIT 1";
    }

    private static void assertRefused(String code, Runnable step) {
        assertThatExceptionOfType(ReplayRefused.class)
                .isThrownBy(step::run)
                .satisfies(refused -> assertThat(refused.code()).isEqualTo(code));
    }

    /** A projection that refuses after so many batches. */
    private static final class Failing extends DelegatingProjection {

        private final AtomicInteger left;
        private final AtomicReference<Exception> failure;

        Failing(Projection other, AtomicInteger left, AtomicReference<Exception> failure) {
            super(other);
            this.left = left;
            this.failure = failure;
        }

        @Override
        public void apply(Connection connection, List<LoggedEvent> events) throws SQLException {
            if (left.getAndUpdate(it -> it == Integer.MAX_VALUE ? it : it - 1) <= 0) {
                switch (failure.get()) {
                    case SQLException ofTheDatabase -> throw ofTheDatabase;
                    case RuntimeException ofTheEvent -> throw ofTheEvent;
                    case null, default -> throw new AssertionError(failure);
                }
            }
            super.apply(connection, events);
        }
    }
}
