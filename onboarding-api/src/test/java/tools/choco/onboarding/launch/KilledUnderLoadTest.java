package tools.choco.onboarding.launch;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.eventlog.PostgresEventLog;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.ForkedService;

/**
 * {@code kill -9} while clients write: what was acknowledged is there, once, and retries are safe.
 */
class KilledUnderLoadTest {

    private static final int CLIENTS = 6;
    private static final int ACKNOWLEDGED_BEFORE_KILL = 150;
    private static final Duration LOAD_WAIT = Duration.ofSeconds(60);
    private static final String EVENTS = "Onboarding";

    private static final String IN_LOG =
            """
            SELECT aggregate_id::text, count(*) FROM events JOIN event_kinds USING (kind)
            WHERE aggregate_type = 'OnboardingSession' GROUP BY 1""";

    private static final String IN_READ_MODEL =
            "SELECT session_id, revision FROM sessionview_g1.session_view";

    @TempDir private Path home = Path.of("");

    /** One write; {@code status} is 0 as long as nobody has seen its answer. */
    private record Write(
            String user, String key, String route, String body, String event, int status) {

        Write acknowledged(int seen) {
            return new Write(user, key, route, body, event, seen);
        }
    }

    @Test
    void keepsWhatWasAcknowledgedExactlyOnce() throws Exception {
        List<Write> writes;
        ProcessHandle orphan;
        Connection otherClient;
        try (ForkedService service = ForkedService.on(home).start()) {
            orphan = service.postgres().orElseThrow();
            // Somebody who looks into the database must not keep the next start from ending it.
            otherClient = DriverManager.getConnection(service.databaseUrl());
            writes = writeUntil(service, service::kill);
            assertThat(orphan.isAlive()).isTrue();

            try (ForkedService again = ForkedService.on(home).start()) {
                otherClient.close();
                assertThat(serversOn(home)).containsExactly(again.postgres().orElseThrow().pid());
                assertThat(again.postgres().orElseThrow().pid()).isNotEqualTo(orphan.pid());

                Map<String, List<String>> recorded = eventsByKey(again);
                for (Write write : writes) {
                    List<String> events = recorded.getOrDefault(write.key(), List.of());
                    if (write.status() != 0) {
                        assertThat(events).as(write.toString()).containsExactly(write.event());
                    } else {
                        assertThat(events).as(write.toString()).isSubsetOf(write.event());
                    }
                }

                for (Write write : writes) {
                    Answer answer = send(again.user(write.user()), write);
                    assertThat(answer.status())
                            .as("%s: %s", write, answer.text())
                            .isEqualTo(write.status() == 0 ? successOf(write) : write.status());
                    if (write.status() != 0) {
                        assertThat(answer.header("Idempotent-Replayed")).isEqualTo("true");
                    }
                }
                recorded = eventsByKey(again);
                assertThat(recorded).hasSameSizeAs(writes);
                for (Write write : writes) {
                    assertThat(recorded.get(write.key())).containsExactly(write.event());
                }
                assertThat(aggregatesWithHoles(again)).isEmpty();

                ProcessHandle server = again.postgres().orElseThrow();
                assertThat(again.stop()).isEqualTo(143);
                assertThat(again.errors()).isEmpty();
                await().until(() -> !server.isAlive() && serversOn(home).isEmpty());
            }
        }
    }

    /** The commits of read models do not wait for the disk. */
    @Test
    void appliesAgainWhatACrashOfTheDatabaseTookBack() throws Exception {
        try (ForkedService service = ForkedService.on(home).start()) {
            ProcessHandle database = service.postgres().orElseThrow();
            writeUntil(
                    service,
                    () -> {
                        database.destroyForcibly();
                        service.kill();
                    });
        }

        try (ForkedService again = ForkedService.on(home).start()) {
            await().untilAsserted(
                            () -> {
                                Map<String, Long> inLog = revisions(again, IN_LOG);
                                assertThat(inLog).isNotEmpty();
                                assertThat(revisions(again, IN_READ_MODEL)).isEqualTo(inLog);
                            });
            assertThat(query(again, "SELECT id FROM dead_letters", row -> row.getLong(1)))
                    .isEmpty();
            assertThat(again.stop()).isEqualTo(143);
        }
    }

    private static Map<String, Long> revisions(ForkedService service, String sql)
            throws SQLException {
        return query(service, sql, row -> Map.entry(row.getString(1), row.getLong(2))).stream()
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Every write that was sent, each user's in their order. */
    private static List<Write> writeUntil(ForkedService service, Runnable crash) throws Exception {
        AtomicInteger acknowledged = new AtomicInteger();
        List<Future<List<Write>>> clients = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
            for (int i = 0; i < CLIENTS; i++) {
                String name = "client-" + i;
                clients.add(threads.submit(() -> writeUntilRefused(service, name, acknowledged)));
            }
            await().atMost(LOAD_WAIT).until(() -> acknowledged.get() >= ACKNOWLEDGED_BEFORE_KILL);
            crash.run();
        }
        List<Write> all = new ArrayList<>();
        for (Future<List<Write>> client : clients) {
            all.addAll(client.get());
        }
        assertThat(all.stream().filter(write -> write.status() == 0)).isNotEmpty();
        return all;
    }

    private static List<Write> writeUntilRefused(
            ForkedService service, String name, AtomicInteger acknowledged) {
        List<Write> done = new ArrayList<>();
        for (int n = 0; ; n++) {
            String user = "%s-%d".formatted(name, n);
            String session = null;
            for (int step = 0; step < 5; step++) {
                Write write = write(user, step, session);
                Answer answer;
                try {
                    answer = send(service.user(user), write);
                } catch (UncheckedIOException killed) {
                    done.add(write);
                    return done;
                }
                assertThat(answer.status()).as(answer.text()).isEqualTo(successOf(write));
                session = answer.required("/sessionId");
                done.add(write.acknowledged(answer.status()));
                acknowledged.incrementAndGet();
            }
        }
    }

    private static Write write(String user, int step, @Nullable String session) {
        String key = user + "-" + step;
        String sessionId = "{\"sessionId\":\"" + session + "\"";
        return switch (step) {
            case 0 -> new Write(user, key, "/start", "{\"flowId\":\"quick\"}", "Started", 0);
            case 1 ->
                    new Write(
                            user,
                            key,
                            "/step",
                            sessionId
                                    + ",\"stepId\":\"profile\",\"answers\":"
                                    + "{\"firstName\":\"Ada\",\"lastName\":\"Byron\"}}",
                            "StepCompleted",
                            0);
            case 2 ->
                    new Write(
                            user,
                            key,
                            "/step/skip",
                            sessionId + ",\"stepId\":\"tools\",\"reason\":\"later\"}",
                            "StepSkipped",
                            0);
            case 3 ->
                    new Write(
                            user,
                            key,
                            "/step",
                            sessionId
                                    + ",\"stepId\":\"workspace-hub\",\"answers\":"
                                    + "{\"workspaceId\":\"w-1\"}}",
                            "StepCompleted",
                            0);
            default -> new Write(user, key, "/complete", sessionId + "}", "Completed", 0);
        };
    }

    private static Answer send(Client user, Write write) {
        return user.with("Idempotency-Key", write.key())
                .post("/onboarding" + write.route(), write.body());
    }

    private static int successOf(Write write) {
        return write.route().equals("/start") ? 201 : 200;
    }

    private static Map<String, List<String>> eventsByKey(ForkedService service)
            throws SQLException {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(service.databaseUrl());
        try (EventLog log = new PostgresEventLog(database);
                Stream<? extends TrackedEventMessage<?>> events =
                        log.storageEngine().readEvents(null, false)) {
            return events.collect(
                    groupingBy(
                            event ->
                                    String.valueOf(
                                            event.getMetaData().get(EventMetadata.IDEMPOTENCY_KEY)),
                            mapping(
                                    event ->
                                            event.getPayloadType()
                                                    .getSimpleName()
                                                    .substring(EVENTS.length()),
                                    toList())));
        }
    }

    private static List<String> aggregatesWithHoles(ForkedService service) throws SQLException {
        return query(
                service,
                """
                SELECT aggregate_id::text FROM events GROUP BY aggregate_id
                HAVING min(sequence) <> 0 OR max(sequence) <> count(*) - 1""",
                row -> row.getString(1));
    }

    private interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    private static <T> List<T> query(ForkedService service, String sql, Row<T> row)
            throws SQLException {
        try (Connection connection = DriverManager.getConnection(service.databaseUrl());
                ResultSet rows = connection.createStatement().executeQuery(sql)) {
            List<T> all = new ArrayList<>();
            while (rows.next()) {
                all.add(row.of(rows));
            }
            return all;
        }
    }

    private static List<Long> serversOn(Path home) {
        String data = home.resolve("postgres").toString();
        return ProcessHandle.allProcesses()
                .filter(
                        process ->
                                process.info()
                                        .arguments()
                                        .filter(it -> Arrays.asList(it).contains(data))
                                        .isPresent())
                .map(ProcessHandle::pid)
                .toList();
    }
}
