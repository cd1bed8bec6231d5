package tools.choco.onboarding.hosting.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.choco.onboarding.hosting.GitAccess;
import tools.choco.onboarding.launch.StartFailure;

/** The server as such: its start, its end, and more than it can do at once. */
class SitesServerTest {

    private static final String ASK =
            """
            GET /git/ada/notes.git/info/refs HTTP/1.1\r
            Host: x\r
            Connection: close\r
            Authorization: Basic %s\r
            \r
            """
                    .formatted(
                            Base64.getEncoder()
                                    .encodeToString("ada:x".getBytes(StandardCharsets.UTF_8)))
                    .replace("\r\n", "\n")
                    .replace("\n", "\r\n");

    @TempDir private Path temporary = Path.of("");

    @Test
    void saysThatItsPortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SitesServer server = server(settings(taken.getLocalPort(), 8), (u, l, t) -> false);

            assertThatExceptionOfType(StartFailure.class)
                    .isThrownBy(server::start)
                    .satisfies(
                            failure ->
                                    assertThat(failure.reason())
                                            .isEqualTo(StartFailure.Reason.PORT_IN_USE))
                    .withMessageContaining("ONBOARDING_SITES_PORT");
            assertThat(server.isRunning()).isFalse();
        }
    }

    @Test
    void letsRequestsEndBeforeItEndsItself() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        SitesSettings settings = settings(0, 8);
        SitesAddress address = new SitesAddress(settings);
        SitesServer server = server(settings, address, waiting(asked, go));
        server.start();
        try (Socket client = connect(address)) {
            client.getOutputStream().write(ASK.getBytes(StandardCharsets.US_ASCII));
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

            Thread stopping = Thread.ofVirtual().start(server::stop);
            // It waits: nobody new is served, who was there before is.
            await().until(() -> stopping.getState() == Thread.State.TIMED_WAITING);
            go.countDown();

            assertThat(read(client)).startsWith("HTTP/1.1 404");
            assertThat(stopping.join(Duration.ofSeconds(10))).isTrue();
            assertThat(server.isRunning()).isFalse();
        }
    }

    @Test
    void sendsAwayWhoeverIsOneTooMany() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        SitesSettings settings = settings(0, 1);
        SitesAddress address = new SitesAddress(settings);
        SitesServer server = server(settings, address, waiting(asked, go));
        server.start();
        try (Socket first = connect(address);
                Socket second = connect(address)) {
            first.getOutputStream().write(ASK.getBytes(StandardCharsets.US_ASCII));
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

            second.getOutputStream().write(ASK.getBytes(StandardCharsets.US_ASCII));
            assertThat(read(second)).startsWith("HTTP/1.1 503").contains("Retry-After: 1");
            go.countDown();
            assertThat(read(first)).startsWith("HTTP/1.1 404");
        } finally {
            server.stop();
        }
    }

    @Test
    void namesTheAddressThatTheWorldSees() {
        SitesAddress behindProxy =
                new SitesAddress(
                        new SitesSettings(
                                InetAddress.getLoopbackAddress(),
                                0,
                                URI.create("https://example.org/sites/"),
                                8,
                                2,
                                1,
                                Duration.ZERO));

        assertThat(behindProxy.site("ada")).isEqualTo("https://example.org/sites/ada/");
        assertThat(behindProxy.welcome("ada")).isEqualTo("https://example.org/sites/welcome/ada/");
        assertThat(behindProxy.path()).isEqualTo("/sites");
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> new SitesAddress(settings(0, 8)).base());
    }

    private static GitAccess waiting(CountDownLatch asked, CountDownLatch go) {
        return (userId, login, token) -> {
            asked.countDown();
            try {
                return !go.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return false;
            }
        };
    }

    private static Socket connect(SitesAddress address) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), URI.create(address.base()).getPort());
    }

    private static String read(Socket client) throws IOException {
        client.setSoTimeout(20_000);
        InputStream in = client.getInputStream();
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    private static SitesSettings settings(int port, int requestsAtOnceMax) {
        return new SitesSettings(
                InetAddress.getLoopbackAddress(),
                port,
                null,
                requestsAtOnceMax,
                2,
                1,
                Duration.ofSeconds(30));
    }

    private SitesServer server(SitesSettings settings, GitAccess access) throws IOException {
        return server(settings, new SitesAddress(settings), access);
    }

    private SitesServer server(SitesSettings settings, SitesAddress address, GitAccess access)
            throws IOException {
        return new SitesServer(
                LocalHosting.in(
                        temporary.resolve("hosting"),
                        address,
                        settings,
                        LocalSites.LIMITS,
                        Clock.systemUTC()),
                address,
                settings,
                access,
                siteId -> {},
                temporary.resolve("server"));
    }
}
