package tools.choco.onboarding.instances;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.eventlog.PostgresEventLog;
import tools.choco.onboarding.eventlog.testing.TestDatabase;
import tools.choco.onboarding.events.v1.OnboardingAbandoned;
import tools.choco.onboarding.events.v1.OnboardingCompleted;
import tools.choco.onboarding.events.v1.OnboardingReset;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.events.v1.SiteProvisionCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.provisioning.HaltingService;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.ForkedService;
import tools.choco.onboarding.testing.RecordingHost;
import tools.choco.onboarding.testing.User;
import tools.choco.onboarding.testing.Watch;
import tools.choco.onboarding.webhook.Receiver;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Three processes on one database under load: one freezes in the middle of a batch and wakes long
 * after its claims have run out, one is killed and replaced. Afterwards everything is compared with
 * the log.
 */
class SeveralInstancesTest {

    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(50);

    /** How long a user waits before asking another instance. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration BETWEEN_USERS = Duration.ofMillis(100);
    private static final int USERS_MIN = 60;
    private static final int USERS_AT_ONCE = 4;
    private static final int FOLLOWED = 6;

    private static final List<String> READ_MODELS = List.of("funnel", "sessionview", "siteview");

    private static final List<String> FORMS = List.of("profile", "work-profile", "workspace-hub");

    private static final List<String> RESOURCES =
            List.of(
                    RecordingHost.SOURCE,
                    RecordingHost.PROJECT,
                    RecordingHost.HOOK,
                    RecordingHost.DEPLOY);

    @TempDir private Path directory = Path.of("");

    private final TestDatabase database = TestDatabase.create();
    private final JdbcClient jdbc = JdbcClient.create(database.dataSource());
    private final List<ForkedService> launched = new ArrayList<>();

    /** Where to find instances; a place is taken over by the replacement of what was there. */
    private final List<String> addresses = new CopyOnWriteArrayList<>();

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

    @AfterEach
    void close() {
        launched.forEach(ForkedService::close);
        database.close();
    }

    @Test
    void shareTheWorkAndDoNothingTwiceWhenOneFreezesAndOneDies() throws Exception {
        prepare();
        List<ForkedService> services = new ArrayList<>(List.of(launch("first").awaitReady()));
        launched.addAll(services);
        copyKeys("second", "third", "fourth");
        services.addAll(Stream.of("second", "third").map(this::launch).toList());
        services.forEach(ForkedService::awaitReady);
        services.forEach(service -> addresses.add(service.address()));
        awaitSharedOut(services);

        try (Receiver receiver = new Receiver();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            subscribe(receiver.url("/hook"));
            List<Visitor> followed =
                    IntStream.range(0, FOLLOWED).mapToObj(i -> new Visitor(-1 - i)).toList();
            List<Future<List<Watch.Event>>> following = new ArrayList<>();
            for (Visitor visitor : followed) {
                visitor.start("default");
                visitor.complete("profile");
                following.add(threads.submit(visitor::follow));
            }
            AtomicBoolean enough = new AtomicBoolean();
            Future<List<Visitor>> load = threads.submit(() -> load(threads, enough));

            ForkedService frozen = freezeInMidBatch(services);
            List<ForkedService> left = services.stream().filter(it -> it != frozen).toList();
            ForkedService killed = left.getFirst();
            killed.kill();
            ForkedService survivor = left.getLast();
            ForkedService replacement = launch("fourth");
            awaitSegments(survivor, owners -> !owners.contains(owner(frozen)));
            followed.forEach(visitor -> visitor.complete("work-profile"));
            ForkedService.signal("CONT", frozen.handle());
            addresses.set(services.indexOf(killed), replacement.awaitReady().address());
            List<ForkedService> now = List.of(survivor, frozen, replacement);
            awaitSharedOut(now);
            followed.forEach(Visitor::goOnToTheSite);
            enough.set(true);

            List<Visitor> visitors = new ArrayList<>(followed);
            visitors.addAll(load.get());
            awaitEnd(visitors);
            List<LoggedEvent> log = log();
            assertThatReadModelsAreAFoldOf(log, survivor);
            assertThatRebuildsAreTheSame(survivor);
            assertThatEachSiteIsThereOnce(visitors);
            assertThatDeliveriesAreOf(log, receiver);
            for (int i = 0; i < FOLLOWED; i++) {
                assertThatAllWasSeen(log, followed.get(i), following.get(i).get());
            }
        }
    }

    private void prepare() throws IOException {
        Files.createDirectories(directory.resolve("host"));
        Files.writeString(directory.resolve("halts"), "");
        Files.writeString(
                Files.createDirectories(directory.resolve("flows")).resolve("brief.yaml"),
                """
                id: brief
                version: 1
                title: Soon idle
                resumeThreshold: PT1S
                idleLimit: PT1S
                steps:
                  - {id: one, title: One, kind: form, required: true, answers: {type: object}}
                """);
    }

    private ForkedService launch(String home) {
        ForkedService service =
                ForkedService.on(directory.resolve(home))
                        .withTests(HaltingService.class)
                        .env("ONBOARDING_DATABASE_URL", database.jdbcUrl())
                        .env("ONBOARDING_DATABASE_USER", database.user())
                        .env("ONBOARDING_FLOWS", directory.resolve("flows"))
                        .env(HaltingService.HOST, directory.resolve("host"))
                        .env(HaltingService.HALTS, directory.resolve("halts"))
                        .setting("onboarding.processors.claim-timeout=PT2S")
                        .setting("onboarding.database.idle-transaction-max=PT2S")
                        .setting("onboarding.tasks.polling=PT0.1S")
                        .setting("onboarding.tasks.heartbeat=PT0.2S")
                        .setting("onboarding.sweep.enabled=true")
                        .setting("onboarding.sweep.interval=PT0.2S")
                        .setting("onboarding.webhooks.loopback-allowed=true")
                        .launch();
        launched.add(service);
        return service;
    }

    private void copyKeys(String... homes) throws IOException {
        for (String home : homes) {
            Files.createDirectories(directory.resolve(home));
            for (String key : List.of("master.keys", "token-key.json")) {
                Files.copy(
                        directory.resolve("first").resolve(key),
                        directory.resolve(home).resolve(key),
                        StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    /**
     * Freezes whoever feeds the list of sessions after it has stored its token, and before it
     * commits.
     */
    private ForkedService freezeInMidBatch(List<ForkedService> services) throws SQLException {
        String lock = "hashtextextended('applies sessionview_g1', 0)";
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(%s)".formatted(lock));
            String waiting =
                    """
                    SELECT substring(application_name FROM ' (\\d+)@') FROM pg_stat_activity
                    WHERE pid = (SELECT pid FROM pg_locks
                        WHERE locktype = 'advisory' AND NOT granted
                            AND (classid::bigint << 32 | objid::bigint) = %s LIMIT 1)"""
                            .formatted(lock);
            patiently().until(() -> jdbc.sql(waiting).query(String.class).optional().isPresent());
            String pid = jdbc.sql(waiting).query(String.class).single();
            ForkedService frozen =
                    services.stream()
                            .filter(it -> pid.equals(Long.toString(it.handle().pid())))
                            .findFirst()
                            .orElseThrow();
            ForkedService.signal("STOP", frozen.handle());
            statement.execute("SELECT pg_advisory_unlock(%s)".formatted(lock));
            return frozen;
        }
    }

    private static String owner(ForkedService service) {
        return Long.toString(service.handle().pid());
    }

    /** Waits until every segment is worked on by somebody, and who these are is as wanted. */
    private static void awaitSegments(ForkedService asked, Predicate<List<String>> wanted) {
        Client operator = asked.operator();
        patiently()
                .untilAsserted(
                        () -> {
                            List<String> owners = new ArrayList<>();
                            for (JsonNode it :
                                    operator.get("/ops/processors").json().at("/items")) {
                                for (JsonNode segment : it.path("segments")) {
                                    owners.add(
                                            segment.path("claimedBy")
                                                    .asString("nobody@")
                                                    .replaceAll("@.*", ""));
                                }
                            }
                            assertThat(owners)
                                    .hasSizeGreaterThanOrEqualTo(READ_MODELS.size() + 3)
                                    .doesNotContain("nobody");
                            assertThat(wanted.test(owners)).as("%s", owners).isTrue();
                        });
    }

    /** Every instance says that each of them works on its share. */
    private static void awaitSharedOut(List<ForkedService> services) {
        for (ForkedService asked : services) {
            awaitSegments(
                    asked,
                    owners ->
                            services.stream()
                                    .map(SeveralInstancesTest::owner)
                                    .allMatch(
                                            it ->
                                                    Collections.frequency(owners, it)
                                                            >= owners.size() / services.size()));
        }
    }

    private void subscribe(String url) {
        Answer created =
                ask(
                        0,
                        client ->
                                client.as("operator", "ops")
                                        .post(
                                                "/webhooks",
                                                """
                                                {"url": "%s", "reason": "test", "eventTypes":
                                                 ["onboarding.completed", "site.state_changed.terminal"]}"""
                                                        .formatted(url)));
        assertThat(created.status()).as(created.text()).isEqualTo(201);
    }

    /** Asks one instance after the other until one answers. */
    private Answer ask(int first, Function<Client, Answer> request) {
        long end = System.nanoTime() + WAIT.toNanos();
        for (int i = first; System.nanoTime() < end; i++) {
            try {
                Answer answer = request.apply(instance(i));
                if (answer.status() != 503) {
                    return answer;
                }
            } catch (UncheckedIOException goneOrFrozen) {
                // Another will do.
            }
        }
        throw new AssertionError("nobody answers");
    }

    private Client instance(int number) {
        return Client.anonymous(addresses.get(Math.floorMod(number, addresses.size())))
                .waiting(PATIENCE);
    }

    /** Lets users come until it is enough; returns all of them, gone through. */
    private List<Visitor> load(ExecutorService threads, AtomicBoolean enough) throws Exception {
        List<Visitor> visitors = new ArrayList<>();
        List<Future<?>> all = new ArrayList<>();
        while (!enough.get() || visitors.size() < USERS_MIN) {
            LockSupport.parkNanos(BETWEEN_USERS.toNanos());
            if (all.stream().filter(it -> !it.isDone()).count() < USERS_AT_ONCE) {
                Visitor visitor = new Visitor(visitors.size());
                visitors.add(visitor);
                all.add(threads.submit(visitor::goThrough));
            }
        }
        for (Future<?> each : all) {
            each.get();
        }
        return visitors;
    }

    /** How a visit ends. */
    private enum End {
        COMPLETED,
        COMPLETED_WITH_SITE,
        ABANDONED
    }

    /** A user who asks every instance in turn, and again, under the same key, if one is silent. */
    private final class Visitor {

        private final int number;
        private final String subject;
        private final String token;
        private int asked;
        private String session = "";
        private String site = "";
        private End end = End.ABANDONED;

        Visitor(int number) {
            this.number = number;
            this.subject = "visitor-%05d".formatted(number + 100);
            this.token =
                    ask(
                                    number,
                                    client ->
                                            client.post(
                                                    "/local/token",
                                                    """
                                                    {"sub": "%s", "scopes": ["onboarding:write"]}"""
                                                            .formatted(subject)))
                            .required("/accessToken");
        }

        private Answer write(String what, Function<User, Answer> act) {
            String key = subject + "-" + what;
            Answer answer =
                    ask(
                            number + asked++,
                            client ->
                                    act.apply(
                                            new User(subject, client.withToken(token))
                                                    .withKey(key)));
            assertThat(answer.status()).as("%s: %s", what, answer.text()).isBetween(200, 202);
            acknowledged.add(key);
            return answer;
        }

        void goThrough() {
            switch (Math.floorMod(number, 4)) {
                case 0 -> {
                    start("quick");
                    complete("profile");
                    complete("workspace-hub");
                    write("end", user -> user.finish(session));
                    end = End.COMPLETED;
                }
                case 1 -> start("brief");
                default -> {
                    start("default");
                    FORMS.subList(0, 2).forEach(this::complete);
                    goOnToTheSite();
                }
            }
        }

        void start(String flow) {
            session = write("start", user -> user.start(flow)).required("/sessionId");
        }

        void complete(String step) {
            write(step, user -> user.complete(session, step));
        }

        /** Half of them link GitHub only when their site waits for it. */
        void goOnToTheSite() {
            complete("workspace-hub");
            write("path", user -> user.choose(session, "blog"));
            if (number % 2 == 0) {
                write("link", User::linkGithub);
            }
            site =
                    write("site", user -> user.requestSite(session, subject, "user_git"))
                            .required("/siteId");
            if (number % 2 != 0) {
                write("link", User::linkGithub);
            }
            end = End.COMPLETED_WITH_SITE;
        }

        /** All events of the session until it is completed, from whatever instance. */
        List<Watch.Event> follow() {
            List<Watch.Event> seen = new ArrayList<>();
            for (int i = number; seen.stream().noneMatch(this::isLast); i++) {
                Client client = instance(i).withToken(token);
                if (!seen.isEmpty()) {
                    client = client.with("Last-Event-ID", seen.getLast().id());
                }
                try (Watch watch =
                        client.watch("/onboarding/sessions/%s/events".formatted(session))) {
                    patiently()
                            .until(
                                    () ->
                                            !watch.isOpen()
                                                    || watch.events().stream()
                                                            .anyMatch(this::isLast));
                    seen.addAll(watch.events());
                } catch (UncheckedIOException gone) {
                    // Another will do.
                }
            }
            return seen;
        }

        private boolean isLast(Watch.Event event) {
            return event.name().equals("onboarding.completed");
        }
    }

    private void awaitEnd(List<Visitor> visitors) {
        assertThat(visitors.stream().map(it -> it.end)).contains(End.values());
        long abandoned = visitors.stream().filter(it -> it.end == End.ABANDONED).count();
        long completed = visitors.size() - abandoned;
        patiently()
                .untilAsserted(
                        () -> {
                            assertThat(
                                            count(
                                                    "SELECT count(*) FROM sessionview_g1.session_view WHERE status = 'abandoned'"))
                                    .isEqualTo(abandoned);
                            assertThat(
                                            count(
                                                    "SELECT count(*) FROM sessionview_g1.session_view WHERE status = 'completed'"))
                                    .isEqualTo(completed);
                            assertThat(count("SELECT count(*) FROM scheduled_tasks")).isEqualTo(1);
                            assertThat(
                                            count(
                                                    """
                                                    SELECT count(*) FROM projection_progress
                                                    WHERE position < (
                                                        SELECT max(position)
                                                        FROM events JOIN event_kinds USING (kind)
                                                        WHERE aggregate_type
                                                            IN ('OnboardingSession', 'Site'))"""))
                                    .isZero();
                            assertThat(
                                            count(
                                                    "SELECT count(*) FROM webhook_deliveries WHERE state <> 'delivered'"))
                                    .isZero();
                        });
    }

    private long count(String sql) {
        return jdbc.sql(sql).query(Long.class).single();
    }

    /** Every event of the log; what users sent is there once for each key. */
    private List<LoggedEvent> log() {
        List<LoggedEvent> all = new ArrayList<>();
        Map<String, List<String>> byKey = new HashMap<>();
        try (EventLog log = new PostgresEventLog(database.dataSource());
                var events = log.storageEngine().readEvents(null, false)) {
            events.forEach(
                    event -> {
                        Object key = event.getMetaData().get(EventMetadata.IDEMPOTENCY_KEY);
                        if (key != null) {
                            byKey.computeIfAbsent(key.toString(), it -> new ArrayList<>())
                                    .add(event.getPayloadType().getSimpleName());
                        }
                        if (isOfSessionOrSite(event.getPayload())) {
                            all.add(LoggedEvent.of(event));
                        }
                    });
        }
        assertThat(byKey.values()).allSatisfy(events -> assertThat(events).doesNotHaveDuplicates());
        assertThat(byKey.keySet())
                .containsAll(
                        acknowledged.stream()
                                // A link is no event.
                                .filter(key -> !key.endsWith("-link"))
                                .toList());
        return all;
    }

    private static boolean isOfSessionOrSite(Object event) {
        return event.getClass().getPackage().equals(OnboardingStarted.class.getPackage());
    }

    /** As simple as can be: what each session and each site has come to. */
    private void assertThatReadModelsAreAFoldOf(List<LoggedEvent> log, ForkedService asked) {
        Map<String, String> sessions = new TreeMap<>();
        Map<String, String> sites = new TreeMap<>();
        Map<String, Integer> events = new HashMap<>();
        Map<String, String> states = new HashMap<>();
        Set<String> live = new HashSet<>();
        for (LoggedEvent event : log) {
            Message payload = event.payload();
            String session = LoggedEvent.sessionOf(payload);
            String id = event.aggregateId();
            int count = events.merge(id, 1, Integer::sum);
            String state =
                    switch (payload) {
                        case OnboardingStarted it -> "active";
                        case OnboardingAbandoned it -> "abandoned";
                        case OnboardingCompleted it -> "completed";
                        case OnboardingReset it -> "reset";
                        case SiteProvisionRequested it -> "requested";
                        case SiteProvisionStateChanged it ->
                                ProvisioningState.of(it.getToState()).wireName();
                        default -> states.get(id);
                    };
            states.put(id, state);
            (id.equals(session) ? sessions : sites).put(id, state + " " + count);
            if (payload instanceof SiteProvisionCompleted) {
                live.add(session);
            }
        }
        assertThat(
                        rows(
                                """
                                SELECT session_id, status || ' ' || revision
                                FROM sessionview_g1.session_view"""))
                .isEqualTo(sessions);
        assertThat(
                        rows(
                                """
                                SELECT site_id, state || ' ' || events
                                FROM siteview_g1.sites JOIN siteview_g1.provisioning_sagas
                                    USING (site_id)"""))
                .isEqualTo(sites);
        assertThat(sites.values()).allMatch(it -> it.startsWith("live "));
        JsonNode funnel = funnel(asked);
        assertThat(funnel.path("started").asInt()).isEqualTo(sessions.size());
        Map<String, Integer> stages = new HashMap<>();
        funnel.path("stages")
                .forEach(
                        it -> stages.put(it.path("stage").asString(), it.path("sessions").asInt()));
        assertThat(stages)
                .containsEntry("site_live", live.size())
                .containsEntry(
                        "completed",
                        (int)
                                sessions.values().stream()
                                        .filter(it -> it.startsWith("completed"))
                                        .count());
    }

    private Map<String, String> rows(String sql) {
        Map<String, String> rows = new TreeMap<>();
        jdbc.sql(sql)
                .query(
                        row -> {
                            rows.put(row.getString(1), row.getString(2));
                        });
        return rows;
    }

    private static ObjectNode funnel(ForkedService asked) {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        Answer answer =
                asked.analyst()
                        .get(
                                "/funnels/onboarding?from=%s&to=%s"
                                        .formatted(today.minusDays(1), today));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return (ObjectNode) answer.json();
    }

    private void assertThatRebuildsAreTheSame(ForkedService asked) {
        Client operator = asked.operator();
        ObjectNode before = funnel(asked);
        Answer begun =
                operator.post(
                        "/ops/replays",
                        "{\"projections\":[\"%s\"],\"reason\":\"test\"}"
                                .formatted(String.join("\",\"", READ_MODELS)));
        assertThat(begun.status()).as(begun.text()).isEqualTo(202);
        for (String model : READ_MODELS) {
            String replay = "/ops/replays/" + model + "_g2";
            patiently()
                    .untilAsserted(
                            () -> assertThat(operator.get(replay).at("/state")).isEqualTo("ready"));
            Answer difference = operator.get(replay + "/difference?samples=3");
            assertThat(difference.at("/same")).as(difference.text()).isEqualTo("true");
        }
        // Roll-ups are not compared row by row: they may be merged to different degrees.
        Answer switched =
                operator.post("/ops/replays/funnel_g2/switch", "{\"reason\":\"compared\"}");
        assertThat(switched.status()).as(switched.text()).isEqualTo(200);
        ObjectNode after = funnel(asked);
        for (ObjectNode answer : List.of(before, after)) {
            answer.remove("asOf");
        }
        assertThat(after).isEqualTo(before);
    }

    private void assertThatEachSiteIsThereOnce(List<Visitor> visitors) throws IOException {
        Set<String> expected =
                visitors.stream()
                        .filter(it -> it.end == End.COMPLETED_WITH_SITE)
                        .flatMap(it -> RESOURCES.stream().map(what -> what + "-" + it.site))
                        .collect(Collectors.toSet());
        try (Stream<Path> files = Files.list(directory.resolve("host"))) {
            assertThat(files.map(it -> it.getFileName().toString()).filter(it -> it.contains("-")))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
        assertThat(Files.readAllLines(directory.resolve("host").resolve("made")))
                .doesNotHaveDuplicates();
    }

    private static void assertThatDeliveriesAreOf(List<LoggedEvent> log, Receiver receiver) {
        Set<String> wanted =
                log.stream()
                        .filter(
                                it ->
                                        it.payload() instanceof OnboardingCompleted
                                                || (it.payload()
                                                                instanceof
                                                                SiteProvisionStateChanged change
                                                        && ProvisioningState.of(change.getToState())
                                                                == ProvisioningState.LIVE))
                        .map(LoggedEvent::eventId)
                        .collect(Collectors.toSet());
        assertThat(
                        receiver.received().stream()
                                .map(Receiver.Received::id)
                                .collect(Collectors.toSet()))
                .isEqualTo(wanted);
    }

    /** A snapshot first, then every event after it, in order, none twice. */
    private static void assertThatAllWasSeen(
            List<LoggedEvent> log, Visitor visitor, List<Watch.Event> seen) {
        assertThat(seen.getFirst().name()).isEqualTo("snapshot");
        assertThat(seen.stream().skip(1)).extracting(Watch.Event::name).doesNotContain("snapshot");
        long from = Long.parseLong(seen.getFirst().id());
        long to = Long.parseLong(seen.getLast().id());
        assertThat(seen.stream().skip(1).map(it -> Long.valueOf(it.id())))
                .containsExactlyElementsOf(
                        log.stream()
                                .filter(
                                        it ->
                                                LoggedEvent.sessionOf(it.payload())
                                                        .equals(visitor.session))
                                .map(LoggedEvent::position)
                                .filter(it -> it > from && it <= to)
                                .toList());
    }

    private static ConditionFactory patiently() {
        return await().atMost(WAIT).pollInterval(POLL);
    }
}
