package tools.choco.onboarding.axonserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.eventlog.testing.FakeAxonServer;
import tools.choco.onboarding.launch.StartFailure;
import tools.choco.onboarding.launch.StartFailures;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.User;

/** Profile {@code axonserver} while there is no server, and when it comes, goes and comes back. */
class AbsentAxonServerTest {

    private static final Duration WAIT = Duration.ofSeconds(60);

    @Test
    void waitsForItsServerAndSaysSo() throws IOException {
        try (FakeAxonServer server = FakeAxonServer.stopped();
                RunningService service =
                        RunningService.start(AxonServerProfile.at(server.address()))) {
            assertThat(service.client().get("/health").status()).isEqualTo(200);
            Answer unready = service.client().get("/health/ready");
            assertThat(unready.status()).isEqualTo(503);
            assertThat(unready.at("/components/log/status")).isEqualTo("DOWN");
            assertThat(unready.at("/components/log/reason")).contains(server.address(), "away");
            assertThat(unready.at("/components/database/status")).isEqualTo("UP");
            assertThat(User.of(service).start("quick").status()).isEqualTo(503);
            assertThat(linesWith(service, "is away; waiting for it")).hasSize(1);
            assertThat(linesWith(service, "io.axoniq")).isEmpty();

            server.start();
            awaitServing(service);
            User user = User.of(service);
            String session = user.started("quick");

            server.stop();
            await().atMost(WAIT).until(() -> service.client().get("/health/ready").status() == 503);
            Answer refused = user.complete(session, "profile");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.at("/code")).isEqualTo("unavailable");

            server.start();
            awaitServing(service);
            await().atMost(WAIT).until(() -> user.complete(session, "profile").status() == 200);
        }
    }

    private static void awaitServing(RunningService service) {
        await().atMost(WAIT).until(() -> service.client().get("/health/ready").status() == 200);
        await().atMost(WAIT).until(() -> User.of(service).start("quick").status() == 201);
    }

    private static List<String> linesWith(RunningService service, String text) throws IOException {
        try (Stream<String> lines =
                Files.lines(service.home().resolve("logs").resolve("onboarding.log"))) {
            return lines.filter(line -> line.contains(text)).toList();
        }
    }

    @Test
    void refusesADatabaseThatHasALogOfItsOwn() {
        try (FakeAxonServer server = FakeAxonServer.stopped();
                RunningService service = RunningService.start()) {
            User.of(service).started("quick");

            assertThatThrownBy(
                            () ->
                                    RunningService.beside(
                                            service, AxonServerProfile.at(server.address())))
                    .satisfies(it -> assertRefused(it, "an event log of its own"));
        }
    }

    @Test
    void refusesToKeepALogThatAxonServerHas() {
        try (FakeAxonServer server = FakeAxonServer.started();
                RunningService service =
                        RunningService.start(AxonServerProfile.at(server.address()))) {
            awaitServing(service);
            await().atMost(WAIT).until(() -> isRefused(service));
        }
    }

    private static boolean isRefused(RunningService first) {
        try {
            RunningService.beside(first).close();
            return false;
        } catch (RuntimeException failed) {
            assertRefused(failed, "kept by Axon Server");
            return true;
        }
    }

    @Test
    void needsToBeToldWhereItIs() {
        assertThatThrownBy(() -> RunningService.start("spring.profiles.active=local,axonserver"))
                .satisfies(it -> assertRefused(it, "ONBOARDING_AXON_SERVER"));
    }

    private static void assertRefused(Throwable failure, String text) {
        StartFailure known = StartFailures.of(failure);
        assertThat(known.reason()).isEqualTo(StartFailure.Reason.CONFIGURATION);
        assertThat(known.getMessage()).contains(text);
    }
}
