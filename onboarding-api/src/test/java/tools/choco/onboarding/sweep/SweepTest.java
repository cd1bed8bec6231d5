package tools.choco.onboarding.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.eventlog.testing.TestDatabase;
import tools.choco.onboarding.flow.FlowCatalog;
import tools.choco.onboarding.sessionview.SessionQueries;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;

class SweepTest {

    private static final int SESSIONS_MAX = 3;
    private static final Duration BEYOND_IDLE_LIMIT = Duration.ofDays(8);
    private static final Duration WAIT = Duration.ofSeconds(30);

    private static RunningService service;
    private static Tables tables;

    @BeforeAll
    static void start() {
        service = RunningService.start("onboarding.sweep.sessions-max=" + SESSIONS_MAX);
        tables = Tables.of(service);
    }

    @AfterAll
    static void end() {
        service.close();
    }

    /** What earlier tests left is no candidate, so that each counts its own. */
    @BeforeEach
    void forgetWhatWas() {
        awaitReadModel();
        tables.update(
                "UPDATE sessionview_g1.session_view SET status = 'abandoned' WHERE status = 'active'");
    }

    @Test
    void abandonsWhatIsIdleAndNothingElse() {
        User gone = User.of(service);
        String idle = gone.started("quick");
        User done = User.of(service);
        String completed = done.finishedQuick();
        User restarted = User.of(service);
        String reset = restarted.started("quick");
        service.clock().advance(BEYOND_IDLE_LIMIT);
        restarted.reset(reset);
        User busy = User.of(service);
        String active = busy.started("default");
        awaitReadModel();

        assertThat(sweep()).isEqualTo(1);

        assertThat(gone.read(idle).at("/status")).isEqualTo("abandoned");
        assertThat(done.read(completed).at("/status")).isEqualTo("completed");
        assertThat(restarted.read(reset).at("/status")).isEqualTo("reset");
        assertThat(restarted.mine("quick").at("/status")).isEqualTo("active");
        assertThat(busy.read(active).at("/status")).isEqualTo("active");
        assertThat(tables.eventTypes(idle))
                .containsExactly("OnboardingStarted", "OnboardingAbandoned");
    }

    @Test
    void findsNobodyUntilTheReadModelIsBuilt() {
        try (TestDatabase empty = TestDatabase.create()) {
            IdleSweep sweep =
                    new IdleSweep(
                            new SessionQueries(empty.dataSource()),
                            service.part(FlowCatalog.class),
                            service.part(CommandGateway.class),
                            service.clock(),
                            SESSIONS_MAX);

            assertThat(sweep.sweep()).isZero();
        }
    }

    @Test
    void leavesASessionAloneWhoseUserCameBackMeanwhile() {
        User user = User.of(service);
        String session = user.started("quick");
        service.clock().advance(BEYOND_IDLE_LIMIT);
        awaitReadModel();
        tables.update("CREATE TABLE held AS SELECT * FROM sessionview_g1.session_view");
        user.skip(session, "tools");
        awaitReadModel();
        // As a read model that lags would have it.
        tables.update(
                """
                UPDATE sessionview_g1.session_view SET last_activity_at = held.last_activity_at
                FROM held
                WHERE session_view.session_id = held.session_id""");
        tables.update("DROP TABLE held");

        assertThat(sweep()).isZero();
        assertThat(user.read(session).at("/status")).isEqualTo("active");
        tables.update(
                "UPDATE sessionview_g1.session_view SET last_activity_at = last_event_at WHERE session_id = ?",
                session);
    }

    @Test
    void leavesASessionAloneThatWaitsForItsSite() {
        User waiting = User.of(service);
        String session = waiting.started("default");
        for (String form : List.of("profile", "work-profile", "workspace-hub")) {
            waiting.complete(session, form);
        }
        waiting.choose(session, "blog");
        waiting.requestSite(session, waiting.subject(), "user_git");
        User filling = User.of(service);
        String open = filling.started("default");
        filling.requestSite(open, filling.subject(), "user_git");
        service.clock().advance(BEYOND_IDLE_LIMIT);
        awaitReadModel();
        // As a read model that lags would have it: the session itself knows better.
        tables.update(
                "UPDATE sessionview_g1.session_view SET waits_for_site = false WHERE session_id = ?",
                session);

        assertThat(sweep()).isEqualTo(1);

        assertThat(waiting.read(session).at("/status")).isEqualTo("active");
        assertThat(filling.read(open).at("/status")).isEqualTo("abandoned");
    }

    @Test
    void asksNoMoreThanItsLimitAtOnce() {
        List<String> idle =
                IntStream.range(0, SESSIONS_MAX + 2)
                        .mapToObj(i -> User.of(service).started(i % 2 == 0 ? "quick" : "default"))
                        .toList();
        service.clock().advance(BEYOND_IDLE_LIMIT);
        awaitReadModel();

        assertThat(sweep()).isEqualTo(SESSIONS_MAX);
        assertThat(abandonments(idle)).isEqualTo(SESSIONS_MAX);
        awaitReadModel();
        assertThat(sweep()).isEqualTo(2);
        assertThat(abandonments(idle)).isEqualTo(SESSIONS_MAX + 2);
        awaitReadModel();
        assertThat(sweep()).isZero();
    }

    @Test
    void abandonsOnceThoughTwoSweepAtOnce() throws Exception {
        List<String> idle =
                IntStream.range(0, SESSIONS_MAX)
                        .mapToObj(i -> User.of(service).started("quick"))
                        .toList();
        service.clock().advance(BEYOND_IDLE_LIMIT);
        awaitReadModel();
        CyclicBarrier together = new CyclicBarrier(2);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> sweeps =
                    List.of(
                            threads.submit(
                                    () -> {
                                        together.await();
                                        return sweep();
                                    }),
                            threads.submit(
                                    () -> {
                                        together.await();
                                        return sweep();
                                    }));
            for (Future<Integer> each : sweeps) {
                each.get();
            }
        }

        assertThat(idle)
                .allSatisfy(
                        session ->
                                assertThat(tables.eventTypes(session))
                                        .containsExactly(
                                                "OnboardingStarted", "OnboardingAbandoned"));
    }

    @Test
    void abandonsOnceThoughTheReadModelLags() {
        String session = User.of(service).started("quick");
        service.clock().advance(BEYOND_IDLE_LIMIT);
        awaitReadModel();
        sweep();
        awaitReadModel();
        tables.update(
                "UPDATE sessionview_g1.session_view SET status = 'active' WHERE session_id = ?",
                session);
        sweep();

        assertThat(tables.events(session)).isEqualTo(2);
        tables.update(
                "UPDATE sessionview_g1.session_view SET status = 'abandoned' WHERE session_id = ?",
                session);
    }

    @Test
    void isUndoneByTheUserOnly() {
        User user = User.of(service);
        String commanded = user.started("quick");
        String restarted = user.started("default");
        User absent = User.of(service);
        String reset = absent.started("quick");
        String lastActivity = absent.read(reset).at("/lastActivityAt");
        service.clock().advance(BEYOND_IDLE_LIMIT);
        awaitReadModel();
        assertThat(sweep()).isEqualTo(3);
        assertThat(user.mine("quick").at("/status")).isEqualTo("abandoned");
        assertThat(absent.read(reset).at("/lastActivityAt")).isEqualTo(lastActivity);

        Answer back = user.complete(commanded, "profile");
        Answer started = user.start("default");
        service.operator().post("/ops/sessions/" + reset + "/reset", "{\"reason\":\"ticket\"}");

        assertThat(back.at("/status")).isEqualTo("active");
        assertThat(tables.eventTypes(commanded))
                .containsExactly(
                        "OnboardingStarted",
                        "OnboardingAbandoned",
                        "OnboardingResumed",
                        "OnboardingStepCompleted");
        assertThat(started.at("/sessionId")).isEqualTo(restarted);
        assertThat(started.at("/status")).isEqualTo("active");
        assertThat(tables.eventTypes(reset))
                .containsExactly("OnboardingStarted", "OnboardingAbandoned", "OnboardingReset");
    }

    @Test
    void happensByItself() {
        try (RunningService sweeping =
                RunningService.start(
                        "onboarding.sweep.enabled=true", "onboarding.sweep.interval=PT0.2S")) {
            User user = User.of(sweeping);
            String idle = user.started("quick");
            sweeping.clock().advance(BEYOND_IDLE_LIMIT);
            String active = user.started("default");

            await().atMost(WAIT)
                    .untilAsserted(
                            () -> assertThat(user.read(idle).at("/status")).isEqualTo("abandoned"));
            assertThat(user.read(active).at("/status")).isEqualTo("active");
        }
    }

    private static int sweep() {
        return service.part(IdleSweep.class).sweep();
    }

    private static long abandonments(List<String> sessions) {
        return sessions.stream()
                .filter(session -> tables.eventTypes(session).contains("OnboardingAbandoned"))
                .count();
    }

    private static void awaitReadModel() {
        service.awaitReadModels();
    }
}
