package tools.choco.onboarding.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.choco.onboarding.eventlog.testing.TestDatabase;
import tools.choco.onboarding.testing.ForkedService;

/** What a start that cannot go on prints, returns and leaves behind: one line, a code, nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StartFailuresTest {

    private Path directory = Path.of("");
    private Path home = Path.of("");
    private TestDatabase database;

    @BeforeAll
    void open(@TempDir Path temporary) {
        directory = temporary;
        home = directory.resolve("home");
        database = TestDatabase.create();
    }

    @AfterAll
    void close() {
        database.close();
    }

    @Test
    void secondServiceOnTheSameHome() throws IOException {
        try (FileChannel channel =
                        FileChannel.open(
                                Files.createDirectories(directory.resolve("used")).resolve("lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertFails(
                    ForkedService.on(directory.resolve("used")),
                    StartFailure.Reason.HOME_IN_USE,
                    "Another onboarding service works on " + directory.resolve("used"));
        }
    }

    @Test
    void takenPort() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // On the embedded database, which is up by the time the port is asked for.
            assertFails(
                    ForkedService.on(home).env("ONBOARDING_PORT", taken.getLocalPort()),
                    StartFailure.Reason.PORT_IN_USE,
                    "Port " + taken.getLocalPort() + " is taken");
        }
    }

    @Test
    void takenPortOfTheSites() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertFails(
                    on(database).env("ONBOARDING_SITES_PORT", taken.getLocalPort()),
                    StartFailure.Reason.PORT_IN_USE,
                    "Port "
                            + taken.getLocalPort()
                            + " for the sites is taken; end what listens there, or set"
                            + " ONBOARDING_SITES_PORT.");
        }
    }

    @Test
    void baseOfTheSitesThatIsNoAddress() throws IOException {
        assertFails(
                on(database).env("ONBOARDING_SITES_BASE_URL", "sites.example.org"),
                StartFailure.Reason.CONFIGURATION,
                "onboarding.sites.base-url is an address such as https://sites.example.org");
    }

    @Test
    void limitOfSitesOutOfItsRange() throws IOException {
        assertFails(
                on(database).setting("onboarding.sites.limits.files-max=0"),
                StartFailure.Reason.CONFIGURATION,
                "The setting onboarding.sites.limits.files-max is not valid");
    }

    @Test
    void unreachableDatabase() throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        assertFails(
                ForkedService.on(home)
                        .env(
                                "ONBOARDING_DATABASE_URL",
                                "jdbc:postgresql://127.0.0.1:%d/choco".formatted(closed))
                        .env("ONBOARDING_DATABASE_PASSWORD", "not-to-be-printed"),
                StartFailure.Reason.DATABASE,
                "The database of ONBOARDING_DATABASE_URL cannot be used");
    }

    @Test
    void databaseAddressOfAnotherForm() throws IOException {
        assertFails(
                ForkedService.on(home)
                        .env(
                                "ONBOARDING_DATABASE_URL",
                                "postgres://choco:not-to-be-printed@127.0.0.1/choco"),
                StartFailure.Reason.CONFIGURATION,
                "ONBOARDING_DATABASE_URL is jdbc:postgresql://");
    }

    @Test
    void schemaOfNewerVersion() throws IOException, SQLException {
        try (TestDatabase newer = TestDatabase.create()) {
            try (Connection connection = newer.dataSource().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute(
                        """
                        INSERT INTO flyway_schema_history (installed_rank, version, description,
                            type, script, checksum, installed_by, execution_time, success)
                        VALUES (999, '999', 'of the future', 'SQL', 'V999__future.sql', 1,
                            'test', 1, true)""");
            }
            assertFails(
                    on(newer),
                    StartFailure.Reason.SCHEMA,
                    "The database has a schema that this version does not know");
        }
    }

    @Test
    void invalidFlow() throws IOException {
        Path flows = Files.createDirectories(directory.resolve("invalid"));
        Files.writeString(
                flows.resolve("team.yaml"),
                """
                id: team
                version: 1
                title: Team
                resumeThreshold: PT30M
                idleLimit: soon
                steps:
                  - {id: one, title: One, kind: form, answers: {type: object}}
                """);
        assertFails(
                on(database).env("ONBOARDING_FLOWS", flows),
                StartFailure.Reason.CONFIGURATION,
                "Invalid flow: " + flows.resolve("team.yaml") + ":5: ");
    }

    @Test
    void invalidFunnel() throws IOException {
        Path funnels = Files.createDirectories(directory.resolve("funnels"));
        Files.writeString(
                funnels.resolve("mine.yaml"),
                """
                id: mine
                title: Mine
                stages:
                  - {stage: started, events: [onboarding.started]}
                  - {stage: done, events: [onboarding.done]}
                """);
        assertFails(
                on(database).env("ONBOARDING_FUNNELS", funnels),
                StartFailure.Reason.CONFIGURATION,
                "Invalid funnel: " + funnels.resolve("mine.yaml") + ":5: no event has the type");
    }

    @Test
    void changedContentUnderServedVersion() throws IOException {
        Path flows = Files.createDirectories(directory.resolve("changed"));
        Path file = flows.resolve("team.yaml");
        String content =
                """
                id: team
                version: 1
                title: Team
                resumeThreshold: PT30M
                idleLimit: P7D
                steps:
                  - {id: one, title: One, kind: form, answers: {type: object}}
                """;
        Files.writeString(file, content);
        try (ForkedService service = on(database).env("ONBOARDING_FLOWS", flows).start()) {
            assertThat(service.stop()).isEqualTo(143);
        }
        Files.writeString(file, content.replace("P7D", "P8D"));
        assertFails(
                on(database).env("ONBOARDING_FLOWS", flows),
                StartFailure.Reason.CONFIGURATION,
                "Invalid flow: " + file + ":2: the flow 'team' was served as version 1 with other");
    }

    @Test
    void noIssuerOutsideTheLocalProfile() throws IOException {
        assertFails(
                on(database)
                        .env("SPRING_PROFILES_ACTIVE", "")
                        .env(
                                "ONBOARDING_MASTER_KEYS",
                                "one:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
                StartFailure.Reason.CONFIGURATION,
                "needs ONBOARDING_ISSUER_URI");
    }

    @Test
    void ingestKeyThatIsNone() throws IOException {
        assertFails(
                on(database).env("ONBOARDING_INGEST_KEYS", "portal:whsec_c2hvcnQ="),
                StartFailure.Reason.CONFIGURATION,
                "ONBOARDING_INGEST_KEYS: the secret of ingest key 1 has not 24 to 64 bytes.");
    }

    @Test
    void settingOutOfItsRange() throws IOException {
        assertFails(
                on(database).setting("onboarding.edge.body-bytes-max=1"),
                StartFailure.Reason.CONFIGURATION,
                "The setting onboarding.edge.body-bytes-max is not valid: it must be greater than");
    }

    @Test
    void settingOfAnotherType() throws IOException {
        assertFails(
                on(database).env("ONBOARDING_PORT", "http"),
                StartFailure.Reason.CONFIGURATION,
                "server.port");
    }

    @Test
    void damagedTokenKey() throws IOException {
        Path damaged = Files.createDirectories(directory.resolve("damaged"));
        Files.writeString(damaged.resolve("token-key.json"), "{");
        assertFails(
                on(database).env("ONBOARDING_HOME", damaged),
                StartFailure.Reason.CONFIGURATION,
                "The key file " + damaged.resolve("token-key.json") + " is damaged");
    }

    @Test
    void homeThatIsFile() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertFails(
                ForkedService.on(file),
                StartFailure.Reason.CONFIGURATION,
                "The home directory " + file + " cannot be used");
    }

    private ForkedService.Launch on(TestDatabase shared) {
        return ForkedService.on(home)
                .env("ONBOARDING_DATABASE_URL", shared.jdbcUrl())
                .env("ONBOARDING_DATABASE_USER", shared.user());
    }

    private void assertFails(
            ForkedService.Launch launch, StartFailure.Reason reason, String sentence)
            throws IOException {
        try (ForkedService service = launch.launch()) {
            int exitCode = service.awaitExit();
            assertThat(service.errors().lines())
                    .singleElement()
                    .asString()
                    .startsWith("onboarding: ")
                    .contains(sentence)
                    .doesNotContain("Exception")
                    .doesNotContain("not-to-be-printed");
            assertThat(service.output()).isEmpty();
            assertThat(exitCode).isEqualTo(reason.exitCode());
            await().untilAsserted(() -> assertThat(service.postgres()).isEmpty());
        }
        Path lock = home.resolve("lock");
        if (Files.exists(lock)) {
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                    FileLock free = channel.tryLock()) {
                assertThat(free).isNotNull();
            }
        }
    }
}
