package tools.choco.onboarding.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.choco.onboarding.eventlog.testing.TestDatabase;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.ForkedService;

/** Two processes with the same keys on one database behave as one service. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SharedDatabaseTest {

    private static final int PARALLEL_STARTS = 100;
    private static final int WRITES = 24;
    private static final int ROUNDS = 6;
    private static final int IDLE_SESSIONS = 12;
    private static final Duration WAIT = Duration.ofSeconds(30);

    private TestDatabase database;
    private List<ForkedService> services = List.of();

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        database = TestDatabase.create();
        Path flows = Files.createDirectories(directory.resolve("flows"));
        Files.writeString(
                flows.resolve("brief.yaml"),
                """
                id: brief
                version: 1
                title: Soon idle
                resumeThreshold: PT1S
                idleLimit: PT1S
                steps:
                  - {id: one, title: One, kind: form, required: true, answers: {type: object}}
                """);
        Path firstHome = directory.resolve("first");
        Path secondHome = Files.createDirectories(directory.resolve("second"));
        ForkedService first = launch(firstHome, flows).start();
        services = List.of(first);
        for (String key : List.of("master.keys", "token-key.json")) {
            Files.copy(
                    firstHome.resolve(key),
                    secondHome.resolve(key),
                    StandardCopyOption.COPY_ATTRIBUTES);
        }
        services = List.of(first, launch(secondHome, flows).start());
    }

    @AfterAll
    void end() {
        services.forEach(ForkedService::close);
        database.close();
    }

    @Test
    @Order(1)
    void startOneSessionForOneUser() throws Exception {
        List<Client> ada = everywhere("ada");
        List<Answer> answers =
                inParallel(
                        IntStream.range(0, PARALLEL_STARTS)
                                .mapToObj(
                                        i ->
                                                (Callable<Answer>)
                                                        () ->
                                                                ada.get(i % 2)
                                                                        .post(
                                                                                "/onboarding/start",
                                                                                "{}"))
                                .toList());
        assertThat(answers).extracting(Answer::status).containsOnly(200, 201);
        assertThat(answers).filteredOn(answer -> answer.status() == 201).hasSize(1);
        assertThat(answers.stream().map(answer -> answer.required("/sessionId")).distinct())
                .hasSize(1);
        assertThat(count("OnboardingStarted", answers.getFirst().required("/sessionId")))
                .isEqualTo(1);
    }

    @Test
    @Order(2)
    void seeEachOthersWritesAtOnce() {
        List<Client> grace = everywhere("grace");
        String session = start(grace.getFirst(), "quick");
        for (int i = 0; i < WRITES; i++) {
            Answer written = grace.get(i % 2).post("/onboarding/step", profile(session, "G" + i));
            assertThat(written.status()).as(written.text()).isEqualTo(200);
            assertThat(written.at("/revision")).isEqualTo(String.valueOf(i + 2));
            Answer read = grace.get((i + 1) % 2).get("/onboarding/sessions/" + session);
            assertThat(read.at("/revision")).isEqualTo(written.at("/revision"));
            assertThat(read.at("/steps/0/answers/firstName")).isEqualTo("G" + i);
        }
    }

    @Test
    @Order(3)
    void loseNoWriteOfMany() throws Exception {
        List<Client> mary = everywhere("mary");
        String session = start(mary.getFirst(), "quick");
        List<Answer> answers =
                inParallel(
                        IntStream.range(0, WRITES)
                                .mapToObj(
                                        i ->
                                                (Callable<Answer>)
                                                        () ->
                                                                mary.get(i % 2)
                                                                        .with(
                                                                                "Idempotency-Key",
                                                                                "mary-" + i)
                                                                        .post(
                                                                                "/onboarding/step",
                                                                                profile(
                                                                                        session,
                                                                                        "M" + i)))
                                .toList());
        assertThat(answers).extracting(Answer::status).containsOnly(200);
        assertThat(count("OnboardingStepCompleted", session)).isEqualTo(WRITES);
        for (Client either : mary) {
            assertThat(either.get("/onboarding/sessions/" + session).at("/revision"))
                    .isEqualTo(String.valueOf(WRITES + 1));
        }
    }

    @Test
    @Order(4)
    void decideOnWhatTheOtherWrote() throws SQLException {
        List<Client> joan = everywhere("joan");
        String session = start(joan.getFirst(), "default");
        assertThat(joan.getLast().get("/onboarding/sessions/" + session).status()).isEqualTo(200);
        for (int i = 0; i < ROUNDS; i++) {
            Client one = joan.get(i % 2);
            Client two = joan.get((i + 1) % 2);
            // Refused here until it was completed there, and the reverse.
            assertThat(one.post("/onboarding/step/skip", skip(session, "tools")).status())
                    .isEqualTo(200);
            assertThat(two.post("/onboarding/step", tools(session)).status()).isEqualTo(200);
            assertThat(one.post("/onboarding/step/skip", skip(session, "tools")).at("/code"))
                    .isEqualTo("step_already_completed");
            Answer reopened = one.post("/onboarding/step/reopen", reopen(session, "tools"));
            assertThat(reopened.status()).isEqualTo(200);

            // A precondition holds at either or at neither.
            String revision = reopened.at("/revision");
            Client knowing = two.with("If-Match", "\"" + revision + "\"");
            assertThat(knowing.post("/onboarding/step", profile(session, "J" + i)).status())
                    .isEqualTo(200);
            Client late = one.with("If-Match", "\"" + revision + "\"");
            assertThat(late.post("/onboarding/step", profile(session, "late")).status())
                    .isEqualTo(412);
        }
        assertThat(count("OnboardingStepSkipped", session)).isEqualTo(ROUNDS);
        assertThat(count("OnboardingStepReopened", session)).isEqualTo(ROUNDS);
        assertThat(count("OnboardingStepCompleted", session)).isEqualTo(2 * ROUNDS);
    }

    @Test
    @Order(5)
    void knowTheRequestsThatTheOtherAnswered() throws SQLException {
        List<Client> katherine = everywhere("katherine");
        String session = start(katherine.getFirst(), "quick");
        for (int i = 0; i < ROUNDS; i++) {
            String key = "katherine-" + i;
            String body = profile(session, "K" + i);
            Answer first =
                    katherine
                            .get(i % 2)
                            .with("Idempotency-Key", key)
                            .post("/onboarding/step", body);
            assertThat(first.status()).as(first.text()).isEqualTo(200);
            Client other = katherine.get((i + 1) % 2).with("Idempotency-Key", key);
            Answer repeat = other.post("/onboarding/step", body);
            assertThat(repeat.status()).isEqualTo(200);
            assertThat(repeat.header("Idempotent-Replayed")).isEqualTo("true");
            assertThat(repeat.json()).isEqualTo(first.json());
            assertThat(other.post("/onboarding/step", profile(session, "another")).at("/code"))
                    .isEqualTo("idempotency_key_reused");
        }
        assertThat(count("OnboardingStepCompleted", session)).isEqualTo(ROUNDS);
    }

    @Test
    @Order(6)
    void followAResetOfTheOther() throws SQLException {
        List<Client> dorothy = everywhere("dorothy");
        String session = start(dorothy.getFirst(), "quick");
        for (int i = 0; i < ROUNDS; i++) {
            Client one = dorothy.get(i % 2);
            Client two = dorothy.get((i + 1) % 2);
            assertThat(two.get("/onboarding/sessions/" + session).status()).isEqualTo(200);
            String next =
                    one.post("/onboarding/reset", "{\"sessionId\":\"" + session + "\"}")
                            .required("/sessionId");
            assertThat(two.post("/onboarding/step", profile(session, "D")).at("/code"))
                    .isEqualTo("session_reset");
            assertThat(two.get("/onboarding/session?flowId=quick").required("/sessionId"))
                    .isEqualTo(next);
            assertThat(two.post("/onboarding/step", profile(next, "D" + i)).status())
                    .isEqualTo(200);
            assertThat(one.get("/onboarding/sessions/" + next).at("/revision")).isEqualTo("2");
            assertThat(count("OnboardingReset", session)).isEqualTo(1);
            session = next;
        }
    }

    @Test
    @Order(7)
    void abandonAnIdleSessionOnce() throws SQLException {
        List<String> idle =
                IntStream.range(0, IDLE_SESSIONS)
                        .mapToObj(i -> start(everywhere("idle-" + i).get(i % 2), "brief"))
                        .toList();
        await().atMost(WAIT)
                .untilAsserted(
                        () -> {
                            for (String session : idle) {
                                assertThat(count("OnboardingAbandoned", session)).isEqualTo(1);
                            }
                        });
        long sweeps = sweeps();
        await().atMost(WAIT).until(() -> sweeps() >= sweeps + 2);
        for (String session : idle) {
            assertThat(count("OnboardingAbandoned", session)).isEqualTo(1);
        }
    }

    @Test
    @Order(8)
    void listEverySessionOnce() throws SQLException {
        List<String> started = started();
        for (ForkedService service : services) {
            Client analyst = service.analyst();
            await().atMost(WAIT)
                    .untilAsserted(
                            () ->
                                    assertThat(
                                                    StreamSupport.stream(
                                                                    analyst.get(
                                                                                    "/sessions?limit=500")
                                                                            .json()
                                                                            .at("/items")
                                                                            .spliterator(),
                                                                    false)
                                                            .map(it -> it.at("/sessionId"))
                                                            .map(it -> it.asString()))
                                            .containsExactlyInAnyOrderElementsOf(started));
        }
    }

    @Test
    @Order(6)
    void warnOnceThatOneUserDoesBoth() {
        for (ForkedService service : services) {
            assertThat(service.output().lines())
                    .filteredOn(line -> line.contains("ONBOARDING_DATABASE_OWNER"))
                    .singleElement()
                    .asString()
                    .contains("WARN");
        }
    }

    private ForkedService.Launch launch(Path home, Path flows) {
        return ForkedService.on(home)
                .env("ONBOARDING_DATABASE_URL", database.jdbcUrl())
                .env("ONBOARDING_DATABASE_USER", database.user())
                .env("ONBOARDING_FLOWS", flows)
                .setting("onboarding.sweep.enabled=true")
                .setting("onboarding.sweep.interval=PT0.2S");
    }

    private List<Client> everywhere(String user) {
        String token =
                services.getFirst().client().localToken(user, List.of("onboarding:write"), null);
        return services.stream().map(service -> service.client().withToken(token)).toList();
    }

    private static String start(Client user, String flow) {
        Answer answer = user.post("/onboarding/start", "{\"flowId\":\"" + flow + "\"}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.required("/sessionId");
    }

    private static String profile(String session, String firstName) {
        return """
                {"sessionId": "%s", "stepId": "profile",
                 "answers": {"firstName": "%s", "lastName": "Hopper"}}"""
                .formatted(session, firstName);
    }

    private static String tools(String session) {
        return "{\"sessionId\":\"%s\",\"stepId\":\"tools\",\"answers\":{\"tools\":[\"git\"]}}"
                .formatted(session);
    }

    private static String skip(String session, String step) {
        return "{\"sessionId\":\"%s\",\"stepId\":\"%s\",\"reason\":\"later\"}"
                .formatted(session, step);
    }

    private static String reopen(String session, String step) {
        return "{\"sessionId\":\"%s\",\"stepId\":\"%s\"}".formatted(session, step);
    }

    private static List<Answer> inParallel(List<Callable<Answer>> calls) throws Exception {
        List<Answer> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Answer> answer : threads.invokeAll(calls)) {
                answers.add(answer.get());
            }
        }
        return answers;
    }

    private long count(String event, String session) throws SQLException {
        return Long.parseLong(
                column(
                                "SELECT count(*) FROM events JOIN event_kinds USING (kind)"
                                        + " WHERE aggregate_id = '"
                                        + session
                                        + "' AND payload_type = 'events.onboarding.v1."
                                        + event
                                        + "'")
                        .getFirst());
    }

    private List<String> started() throws SQLException {
        return column(
                "SELECT aggregate_id::text FROM events JOIN event_kinds USING (kind)"
                        + " WHERE sequence = 0 AND aggregate_type = 'OnboardingSession'");
    }

    /** How often a sweep was planned anew, by either process. */
    private long sweeps() throws SQLException {
        return Long.parseLong(
                column("SELECT max(version) FROM scheduled_tasks WHERE task_name = 'idle-sweep'")
                        .getFirst());
    }

    private List<String> column(String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                ResultSet rows = connection.createStatement().executeQuery(sql)) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                all.add(rows.getString(1));
            }
            return all;
        }
    }
}
