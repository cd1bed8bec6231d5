package tools.choco.onboarding.ops.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import tools.choco.onboarding.edge.ProblemCode;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.projection.Projection;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.Slug;
import tools.choco.onboarding.testing.Acts;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.RecordingHost;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;
import tools.choco.onboarding.testing.Watch;

class ReplayRoutesTest {

    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final String WHOLE = "whole";
    private static final String MOVED =
            "UPDATE projection_progress SET position = position + ? WHERE projection = ?";
    private static final AtomicInteger SLUGS = new AtomicInteger();

    /** What leaves the process, or decides that something does, is written down in these. */
    private static final List<String> OUTWARD =
            List.of("sagas", "hop_attempts", "scheduled_tasks", "deploys_wanted", "dead_letters");

    private static RecordingHost host;
    private static RunningService service;
    private static Tables tables;
    private static Client operator;

    @BeforeAll
    static void start() {
        host = new RecordingHost();
        service =
                RunningService.startWith(
                        context -> {
                            host.replaceHosting(context);
                            context.getBeanFactory().addBeanPostProcessor(adding(new Whole()));
                        });
        tables = Tables.of(service);
        operator = service.operator();
    }

    @AfterAll
    static void end() {
        service.close();
    }

    /** What earlier tests left is no replay under way. */
    @BeforeEach
    void cancelWhatIsUnderWay() {
        for (var replay : operator.get("/ops/replays?limit=500").json().at("/items")) {
            if (Set.of("building", "ready").contains(replay.path("state").asString())) {
                act(replay.path("id").asString(), "cancel");
            }
        }
    }

    @Test
    void showsHowAReplayGoesOnFromTheStartToItsEnd() {
        User.of(service).finishedQuick();
        service.awaitReadModels();

        Answer begun = begin("\"projection\":\"sessionview\"");

        assertThat(begun.status()).isEqualTo(202);
        String id = begun.required("/items/0/id");
        assertThat(begun.at("/items/0/requestedBy")).isEqualTo("operator");
        assertThat(begun.at("/items/0/reason")).isEqualTo("ticket 7");
        try (Watch watch = operator.watch("/ops/replays/" + id + "/events")) {
            List<Watch.Event> progress = watch.awaitEnd();
            assertThat(watch.endedCleanly()).isTrue();
            assertThat(progress).extracting(Watch.Event::name).containsOnly("progress");
            assertThat(progress.getLast().at("/state")).isEqualTo("ready");
            assertThat(progress.getLast().at("/id")).isEqualTo(id);
        }
        Answer ready = operator.get("/ops/replays/" + id);
        assertThat(ready.at("/filledAt")).isNotNull();
        assertThat(ready.at("/error")).isNull();
        assertThat(Long.parseLong(ready.required("/position")))
                .isPositive()
                .isLessThanOrEqualTo(Long.parseLong(ready.required("/head")));
        assertThat(operator.get("/ops/replays?limit=1").at("/items/0/id")).isEqualTo(id);
    }

    @Test
    void listsWhatANewVersionBuiltByItself() {
        Answer all = operator.get("/ops/replays?limit=500");

        assertThat(ids(all)).contains("sessionview_g1", "siteview_g1", "funnel_g1");
        Answer first = operator.get("/ops/replays/siteview_g1");
        assertThat(first.at("/requestedBy")).isNull();
        assertThat(first.at("/state")).isEqualTo("serving");
    }

    @Test
    void comparesSwitchesAndGoesBackWithEachActWrittenDown() {
        User.of(service).finishedQuick();
        service.awaitReadModels();
        String before = serving("siteview");
        String id = ready("siteview");
        tables.update(
                """
                INSERT INTO %s.provisioning_sagas
                VALUES ('planted', 'live', 1, NULL, NULL, 'adopt', now())"""
                        .formatted(id));

        Answer difference = operator.get("/ops/replays/" + id + "/difference?samples=3");
        assertThat(difference.status()).isEqualTo(200);
        assertThat(difference.json().path("same").asBoolean()).isFalse();
        assertThat(difference.at("/other")).isEqualTo(before);
        assertThat(difference.at("/tables/0/table")).isEqualTo("provisioning_sagas");
        assertThat(difference.at("/tables/0/onlyNext")).isEqualTo("1");
        assertThat(difference.at("/tables/0/samples/0/key/site_id")).isEqualTo("planted");
        assertThat(difference.at("/tables/0/samples/0/next/state")).isEqualTo("live");
        assertThat(difference.at("/tables/0/samples/0/other")).isNull();
        assertThat(difference.at("/tables/1/changed")).isEqualTo("0");

        assertThat(act(id, "rollback").at("/code")).isEqualTo("replay_not_served");
        assertThat(act(id, "switch").at("/state")).isEqualTo("serving");
        assertThat(serving("siteview")).isEqualTo(id);
        assertThat(act(id, "cancel").at("/code")).isEqualTo("replay_served");
        assertThat(act(id, "rollback").at("/state")).isEqualTo("previous");
        assertThat(serving("siteview")).isEqualTo(before);
        assertThat(act(id, "rollback").at("/state")).isEqualTo("previous");
        assertThat(act(id, "cancel").at("/state")).isEqualTo("cancelled");
        assertThat(act(id, "cancel").at("/state")).isEqualTo("cancelled");
        assertThat(act(id, "switch").at("/code")).isEqualTo("replay_over");

        assertThat(acts(id))
                .containsExactly(
                        "replay.rollback replay_not_served",
                        "replay.switch done",
                        "replay.cancel replay_served",
                        "replay.rollback done",
                        "replay.rollback done",
                        "replay.cancel done",
                        "replay.cancel done",
                        "replay.switch replay_over");
    }

    @Test
    void refusesTwoAtOnce() {
        String id = ready("siteview");

        Answer second = begin("\"projections\":[\"sessionview\",\"siteview\"]");

        assertThat(second.status()).isEqualTo(409);
        assertThat(second.at("/code")).isEqualTo("replay_under_way");
        assertThat(ids(operator.get("/ops/replays?limit=1"))).containsExactly(id);
    }

    @Test
    void refusesToSwitchToWhatIsStillBeingBuilt() throws SQLException {
        String id =
                "siteview_g"
                        + tables.count(
                                """
                                SELECT max(generation) + 1 FROM projection_replays
                                WHERE projection = 'siteview'""");
        String lock = "(hashtextextended('rebuild %s', 0))".formatted(id);
        try (Connection other = service.database().dataSource().getConnection();
                Statement statement = other.createStatement()) {
            // As if another instance were at it.
            statement.execute("SELECT pg_advisory_lock" + lock);
            try {
                assertThat(ids(begin("\"projection\":\"siteview\""))).containsExactly(id);
                assertRefused("replay_not_ready", act(id, "switch"));
                assertRefused("replay_not_ready", difference(id));
            } finally {
                statement.execute("SELECT pg_advisory_unlock" + lock);
            }
        }
        awaitReady(id);

        assertThat(difference(id).status()).isEqualTo(200);
    }

    @Test
    void refusesToSwitchToWhatIsFarBehind() {
        User.of(service).finishedQuick();
        service.awaitReadModels();
        String serving = serving("sessionview");
        String id = ready("sessionview");
        tables.update(MOVED, 30_000, serving);
        try {
            assertRefused("replay_behind", act(id, "switch"));
            assertRefused("replay_behind", difference(id));
        } finally {
            tables.update(MOVED, -30_000, serving);
        }

        assertThat(serving("sessionview")).isEqualTo(serving);
        assertThat(difference(id).at("/same")).isEqualTo("true");
    }

    @Test
    void refusesTwoComparisonsAtOnce() throws Exception {
        String id = ready("siteview");
        try (Connection other = service.database().dataSource().getConnection();
                Statement statement = other.createStatement();
                ExecutorService threads = Executors.newSingleThreadExecutor()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE %s.sites IN ACCESS EXCLUSIVE MODE".formatted(id));
            Future<Answer> first;
            try {
                first = threads.submit(() -> difference(id));
                await().atMost(WAIT)
                        .pollInterval(POLL)
                        .until(
                                () ->
                                        tables.count(
                                                        """
                                                        SELECT count(*) FROM pg_locks
                                                        WHERE NOT granted AND relation = ?::regclass""",
                                                        id + ".sites")
                                                > 0);
                assertRefused("replay_being_compared", difference(id));
            } finally {
                other.rollback();
                other.setAutoCommit(true);
            }
            assertThat(first.get().status()).isEqualTo(200);
        }
        assertThat(difference(id).status()).isEqualTo(200);
    }

    @Test
    void refusesToTakeOneSessionOutOfWhatCannotBeTakenApart() {
        String session = User.of(service).finishedQuick();
        service.awaitReadModels();

        assertRefused(
                "replay_of_session_unsupported",
                begin("\"projection\":\"%s\",\"sessionId\":\"%s\"".formatted(WHOLE, session)));
        assertThat(tables.texts("SELECT session_id FROM %s.seen".formatted(serving(WHOLE))))
                .contains(session);
    }

    private static void assertRefused(String code, Answer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(409);
        assertThat(answer.at("/code")).isEqualTo(code);
    }

    private static Answer difference(String id) {
        return operator.get("/ops/replays/" + id + "/difference");
    }

    /** A read model that can only be built again as a whole. */
    private static final class Whole implements Projection {

        @Override
        public String name() {
            return WHOLE;
        }

        @Override
        public int version() {
            return 1;
        }

        @Override
        public String tables() {
            return "CREATE TABLE seen (session_id text PRIMARY KEY)";
        }

        @Override
        public void apply(Connection connection, List<LoggedEvent> events) throws SQLException {
            try (PreparedStatement statement =
                    connection.prepareStatement(
                            "INSERT INTO seen VALUES (?) ON CONFLICT DO NOTHING")) {
                for (LoggedEvent event : events) {
                    statement.setString(1, event.sessionId());
                    statement.executeUpdate();
                }
            }
        }
    }

    /** Puts it beside those of the service. */
    private static BeanPostProcessor adding(Projection projection) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (!name.equals("readModels")) {
                    return bean;
                }
                List<Object> all = new ArrayList<>((List<?>) bean);
                all.add(projection);
                return all;
            }
        };
    }

    /** Each refusal of the read models has a code of the contract. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "replay_not_found",
                "replay_under_way",
                "replay_not_ready",
                "replay_behind",
                "replay_served",
                "replay_not_served",
                "replay_no_previous",
                "replay_over",
                "replay_being_compared",
                "replay_of_session_unsupported",
            })
    void knowsEveryRefusal(String code) {
        assertThat(ProblemCode.valueOf(code.toUpperCase(Locale.ROOT)).status().value())
                .isEqualTo(code.equals("replay_not_found") ? 404 : 409);
    }

    @Test
    void replaysOneSessionInPlace() {
        String session = User.of(service).finishedQuick();
        service.awaitReadModels();
        String serving = serving("sessionview");
        tables.update(
                "UPDATE %s.session_view SET status = 'reset' WHERE session_id = ?"
                        .formatted(serving),
                session);

        Answer replay = begin("\"projection\":\"sessionview\",\"sessionId\":\"" + session + "\"");

        assertThat(replay.at("/items/0/state")).isEqualTo("done");
        assertThat(replay.at("/items/0/sessionId")).isEqualTo(session);
        assertThat(
                        tables.texts(
                                "SELECT status FROM %s.session_view WHERE session_id = ?"
                                        .formatted(serving),
                                session))
                .containsExactly("completed");
    }

    /** Queries and writes go on while generations are built, compared, switched to and back. */
    @Test
    void switchesWithoutAnyoneNoticing() throws Exception {
        Set<String> known = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            known.add(User.of(service).finishedQuick());
        }
        service.awaitReadModels();
        AtomicBoolean stopped = new AtomicBoolean();
        AtomicInteger read = new AtomicInteger();
        AtomicInteger written = new AtomicInteger();
        List<Future<?>> clients = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(5)) {
            for (int i = 0; i < 3; i++) {
                clients.add(
                        threads.submit(
                                () -> {
                                    Client analyst = service.analyst();
                                    while (!stopped.get()) {
                                        assertWhole(analyst, known);
                                        read.incrementAndGet();
                                    }
                                }));
            }
            for (int i = 0; i < 2; i++) {
                clients.add(
                        threads.submit(
                                () -> {
                                    User user = User.of(service);
                                    String session = user.started("quick");
                                    while (!stopped.get()) {
                                        assertThat(user.complete(session, "profile").status())
                                                .isEqualTo(200);
                                        assertThat(user.reopen(session, "profile").status())
                                                .isEqualTo(200);
                                        written.incrementAndGet();
                                    }
                                }));
            }
            try {
                String id = ready("sessionview");
                // An answer that has some rows of one generation and some of another would show.
                tables.update(
                        "UPDATE %s.session_view SET workspace_id = 'ws-next' WHERE session_id = ANY (?)"
                                .formatted(id),
                        (Object) known.toArray(String[]::new));
                for (String step : List.of("switch", "rollback", "switch", "rollback", "switch")) {
                    awaitMore(read, written, clients);
                    Answer answer = act(id, step);
                    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
                    Answer difference = operator.get("/ops/replays/" + id + "/difference");
                    assertThat(difference.at("/tables/0/changed")).isEqualTo("10");
                    assertThat(difference.at("/tables/0/onlyNext")).isEqualTo("0");
                    assertThat(difference.at("/tables/0/onlyOther")).isEqualTo("0");
                }
                awaitMore(read, written, clients);
            } finally {
                stopped.set(true);
            }
            for (Future<?> client : clients) {
                client.get();
            }
        }
    }

    @Test
    void neverDoesAgainWhatLeavesTheProcess() {
        User user = User.of(service);
        String session = user.started("default");
        user.linkGithub();
        String slug = "replayed-%05d".formatted(SLUGS.incrementAndGet());
        String site = SiteId.of(new SessionId(session), new Slug(slug)).value();
        user.requestSite(session, slug, "user_git");
        await().atMost(WAIT)
                .pollInterval(POLL)
                .until(
                        () ->
                                tables.eventTypes(session).contains("OnboardingStepCompleted")
                                        && tables.count("SELECT count(*) FROM sagas") == 0
                                        && tables.count("SELECT count(*) FROM scheduled_tasks")
                                                == 0);
        service.awaitReadModels();
        String outward = outward();
        List<Long> calls = calls(site);
        assertThat(calls).allMatch(it -> it == 1);

        List<String> all = ready("sessionview", "siteview", "funnel");
        all.forEach(id -> act(id, "switch"));
        Answer one = begin("\"projection\":\"siteview\",\"sessionId\":\"" + session + "\"");
        assertThat(one.at("/items/0/state")).isEqualTo("done");
        all.forEach(id -> act(id, "rollback"));

        assertThat(calls(site)).isEqualTo(calls);
        assertThat(outward()).isEqualTo(outward);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"projection\":\"sessions\"",
                "\"projections\":[\"sessionview\",\"unheard\"]",
                "\"projections\":[]",
                "\"projection\":\"sessionview\",\"projections\":[\"siteview\"]",
                "\"sessionId\":\"019a5b1e-7c00-7000-8000-3f6a1c2d4e5f\"",
                "\"projections\":[\"sessionview\",\"siteview\"],"
                        + "\"sessionId\":\"019a5b1e-7c00-7000-8000-3f6a1c2d4e5f\"",
            })
    void refusesWhatIsNoReplay(String members) {
        Answer answer = begin(members);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.at("/code")).isEqualTo("invalid_value");
    }

    @Test
    void findsNoReplayThatIsNotThere() {
        for (Answer answer :
                List.of(
                        operator.get("/ops/replays/sessionview_g999"),
                        operator.get("/ops/replays/No%20replay"),
                        operator.get("/ops/replays/sessionview_g999/events"),
                        operator.get("/ops/replays/sessionview_g999/difference"),
                        act("sessionview_g999", "cancel"))) {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.at("/code")).isEqualTo("replay_not_found");
        }
        Answer session =
                begin(
                        "\"projection\":\"sessionview\","
                                + "\"sessionId\":\"019a5b1e-7c00-7000-8000-3f6a1c2d4e5f\"");
        assertThat(session.at("/code")).isEqualTo("session_not_found");
    }

    @Test
    void isForOperatorsOnly() {
        User user = User.of(service);

        assertThat(user.client().get("/ops/replays").status()).isEqualTo(403);
        assertThat(
                        user.client()
                                .post(
                                        "/ops/replays",
                                        "{\"projection\":\"sessionview\",\"reason\":\"x\"}")
                                .status())
                .isEqualTo(403);
    }

    /** Every known session is there, and all are of one generation. */
    private static void assertWhole(Client analyst, Set<String> known) {
        Answer answer = analyst.get("/sessions?limit=500&flowId=quick");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        Set<String> found = new HashSet<>();
        Set<String> workspaces = new HashSet<>();
        for (var session : answer.json().at("/items")) {
            if (known.contains(session.path("sessionId").asString())) {
                found.add(session.path("sessionId").asString());
                workspaces.add(session.path("workspaceId").asString("none"));
            }
        }
        assertThat(found).isEqualTo(known);
        assertThat(workspaces).hasSize(1);
    }

    /** Waits for some more requests, or for one that went wrong. */
    private static void awaitMore(
            AtomicInteger read, AtomicInteger written, List<Future<?>> clients) {
        int reads = read.get() + 20;
        int writes = written.get() + 10;
        await().atMost(WAIT)
                .pollInterval(POLL)
                .until(
                        () ->
                                clients.stream().anyMatch(Future::isDone)
                                        || (read.get() >= reads && written.get() >= writes));
        assertThat(clients).noneMatch(Future::isDone);
    }

    private static Answer begin(String members) {
        return operator.post("/ops/replays", "{%s,\"reason\":\"ticket 7\"}".formatted(members));
    }

    private static Answer act(String id, String act) {
        return operator.post("/ops/replays/" + id + "/" + act, "{\"reason\":\"ticket 7\"}");
    }

    private static String ready(String projection) {
        return ready(new String[] {projection}).getFirst();
    }

    /** Begins replays and waits until all of them can be switched to. */
    private static List<String> ready(String... projections) {
        Answer begun = begin("\"projections\":[\"" + String.join("\",\"", projections) + "\"]");
        assertThat(begun.status()).as(begun.text()).isEqualTo(202);
        List<String> ids = ids(begun);
        ids.forEach(ReplayRoutesTest::awaitReady);
        return ids;
    }

    private static void awaitReady(String id) {
        await().atMost(WAIT)
                .pollInterval(POLL)
                .until(() -> "ready".equals(operator.get("/ops/replays/" + id).at("/state")));
    }

    private static String serving(String projection) {
        return tables.texts(
                        "SELECT projection || '_g' || generation FROM projection_current WHERE projection = ?",
                        projection)
                .getFirst();
    }

    private static List<String> ids(Answer answer) {
        return answer.json()
                .at("/items")
                .valueStream()
                .map(replay -> replay.path("id").asString())
                .toList();
    }

    private static List<Long> calls(String site) {
        return List.of(
                host.calls(RecordingHost.SOURCE, site),
                host.calls(RecordingHost.PROJECT, site),
                host.calls(RecordingHost.HOOK, site),
                host.calls(RecordingHost.DEPLOY, site));
    }

    /** Everything in the tables of what reacts to events, and the number of events. */
    private static String outward() {
        return OUTWARD.stream()
                        .map(
                                table ->
                                        tables.texts(
                                                        "SELECT coalesce(json_agg(t ORDER BY t::text), '[]')::text FROM "
                                                                + table
                                                                + " t")
                                                .getFirst())
                        .collect(Collectors.joining("\n"))
                + tables.count(
                        """
                        SELECT count(*) FROM events JOIN event_kinds USING (kind)
                        WHERE aggregate_type <> 'Operation'""");
    }

    /** What is written down of a target: action and outcome, in the log's order. */
    private static List<String> acts(String target) {
        Acts acts = Acts.of(service);
        return acts.all().stream()
                .filter(it -> it.getTarget().equals(target))
                .peek(it -> assertThat(acts.reason(it)).isEqualTo("ticket 7"))
                .map(it -> it.getAction() + " " + it.getOutcome())
                .toList();
    }
}
