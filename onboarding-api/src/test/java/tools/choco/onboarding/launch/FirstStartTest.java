package tools.choco.onboarding.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.choco.onboarding.testing.ForkedService;

/** A start on a directory that does not exist yet. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FirstStartTest {

    private static final Pattern SITES = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");

    private static final Duration START_WAIT = Duration.ofSeconds(60);

    private Path home = Path.of("");
    private ForkedService service;

    @BeforeAll
    void start(@TempDir Path directory) {
        home = directory.resolve("home");
        service = ForkedService.on(home).start();
    }

    @AfterAll
    void end() {
        service.close();
    }

    @Test
    void saysWhatToDoNext() {
        assertThat(service.output())
                .contains("Onboarding is ready at " + service.address())
                .contains(service.address() + "/docs")
                .contains(service.address() + "/local/token")
                .containsPattern("sites +" + SITES.pattern())
                .contains(home.toString());
        assertThat(service.errors()).isEmpty();
    }

    @Test
    void keepsItsDatabaseDurable() throws SQLException {
        for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
            assertThat(show(setting)).as(setting).isEqualTo("on");
        }
    }

    @Test
    void listensOnLoopbackOnly() throws IOException {
        int port = URI.create(service.address()).getPort();
        Matcher sites =
                SITES.matcher(service.output().substring(service.output().indexOf("sites")));
        assertThat(sites.find()).isTrue();
        int sitesPort = URI.create(sites.group()).getPort();
        for (InetAddress elsewhere : addressesOfThisMachine()) {
            for (int listener : List.of(port, sitesPort, service.databasePort())) {
                assertThat(canConnect(elsewhere, listener))
                        .as("%s:%d", elsewhere, listener)
                        .isFalse();
            }
        }
        assertThat(canConnect(InetAddress.getLoopbackAddress(), port)).isTrue();
        assertThat(canConnect(InetAddress.getLoopbackAddress(), sitesPort)).isTrue();
    }

    @Test
    void keepsItsDirectoryToItself() throws IOException {
        assertThat(permissions(home)).isEqualTo("rwx------");
        for (String secret : List.of("master.keys", "token-key.json", "lock")) {
            assertThat(permissions(home.resolve(secret))).as(secret).isEqualTo("rw-------");
        }
    }

    @Test
    void comesUpAfterStartsThatEndedInTheMiddle(@TempDir Path other) throws IOException {
        try (ForkedService killed = ForkedService.on(other).launch()) {
            await().atMost(START_WAIT).until(() -> has(other, "postgres-server"));
            killed.kill();
        }
        try (ForkedService ended = ForkedService.on(other).launch()) {
            await().atMost(START_WAIT).until(() -> has(other, "postgres.draft-"));
            assertThat(ended.stop()).isEqualTo(143);
            assertThat(ended.postgres()).isEmpty();
        }
        try (ForkedService again = ForkedService.on(other).start()) {
            assertThat(again.errors()).isEmpty();
            assertThat(has(other, "postgres.draft-")).isFalse();
        }
    }

    private static boolean has(Path directory, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith(prefix));
        }
    }

    private String show(String setting) throws SQLException {
        try (Connection connection = DriverManager.getConnection(service.databaseUrl());
                var rows = connection.createStatement().executeQuery("SHOW " + setting)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static List<InetAddress> addressesOfThisMachine() throws IOException {
        try (Stream<NetworkInterface> interfaces = NetworkInterface.networkInterfaces()) {
            return interfaces
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> address instanceof Inet4Address)
                    .filter(address -> !address.isLoopbackAddress())
                    .toList();
        }
    }

    private static boolean canConnect(InetAddress address, int port) throws IOException {
        try (Socket socket = new Socket(address, port)) {
            return socket.isConnected();
        } catch (ConnectException refused) {
            return false;
        }
    }
}
