package tools.choco.onboarding.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.testing.NatsServer;

class EventRelayTest {

    private final NatsServer server = NatsServer.stopped();
    private final Relaying log = new Relaying();

    @AfterEach
    void end() {
        log.close();
        server.close();
    }

    @Test
    void doesNothingWithoutAServer() {
        log.append(10);

        EventRelay relay = log.relay(Relaying.settings(" "));
        relay.start();

        RelayStatus status = relay.status();
        assertThat(status.state()).isEqualTo(RelayState.OFF);
        assertThat(status.head()).isEqualTo(10);
        assertThat(status.position()).isNull();
        assertThat(status.backlogEvents()).isNull();
        assertThatThrownBy(relay::rebuild).isInstanceOf(StreamUnavailable.class);
        relay.close();
    }

    @Test
    void publishesEveryEventButRefusals() {
        server.start();
        log.appendEveryType();
        log.append(3_000);
        EventRelay relay = log.relayTo(server.url());
        log.appendEveryType();

        log.awaitInStep(relay);

        log.assertEqual(server);
        try (StreamReading reading = StreamReading.of(server.url())) {
            assertThat(reading.all())
                    .extracting(StreamReading.Copy::type)
                    .contains("audit.operator_acted", "ingest.event_received")
                    .doesNotContain("refusal.command_refused");
        }
        assertThat(relay.status().position()).isEqualTo(relay.status().head());
        assertThat(log.meters().get("onboarding.relay.published").counter().count())
                .isEqualTo(StreamReading.expected(log.log().reader()).size());
    }

    @Test
    void passesOverRefusalsAtTheEnd() {
        server.start();
        log.append(20);
        log.append(List.of(log.next(EventType.COMMAND_REFUSED)));
        EventRelay relay = log.relayTo(server.url());

        log.awaitInStep(relay);

        assertThat(relay.status().position()).isEqualTo(21);
    }

    @Test
    void waitsForAServerThatIsNotYetUp() {
        log.append(50);
        EventRelay relay = log.relayTo(server.url());

        await().atMost(Relaying.WAIT).until(() -> relay.status().state() == RelayState.AWAY);
        RelayStatus status = relay.status();
        assertThat(status.backlogEvents()).isEqualTo(50);
        assertThat(status.backlogMs()).isNotNegative();
        assertThat(failure(relay).detail()).doesNotContain("127.0.0.1");
        assertThat(gauge("onboarding.relay.backlog.events")).isEqualTo(50);
        assertThat(log.meters().get("onboarding.relay.state").tag("state", "away").gauge().value())
                .isEqualTo(1);
        assertThat(
                        log.meters()
                                .get("onboarding.relay.failures")
                                .tag("kind", "stream")
                                .counter()
                                .count())
                .isPositive();

        server.start();

        log.awaitInStep(relay);
        log.assertEqual(server);
        assertThat(gauge("onboarding.relay.backlog.events")).isZero();
        assertThat(gauge("onboarding.relay.backlog.age")).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesOnWhereAServerWasStoppedOrKilled(boolean killed) {
        server.start();
        log.append(200);
        EventRelay relay = log.relayTo(server.url());
        log.awaitInStep(relay);

        if (killed) {
            server.kill();
        } else {
            server.stop();
        }
        log.append(300);
        await().atMost(Relaying.WAIT).until(() -> relay.status().state() == RelayState.AWAY);
        assertThat(relay.status().backlogEvents()).isEqualTo(300);
        server.start();

        log.awaitEqual(server);
    }

    @Test
    void survivesKillsInMidFlow() {
        server.start();
        log.append(2_000);
        EventRelay relay = log.relayTo(server.url());
        for (int round = 1; round <= 3; round++) {
            long before = relay.status().head();
            log.append(2_000);
            await().atMost(Relaying.WAIT).until(() -> position(relay) > before - 1_000);
            server.kill();
            log.append(100);
            server.start();
        }

        log.awaitEqual(server);
    }

    @Test
    void keepsTheOrderOverAnyNumberOfBrokenConnections() {
        server.start();
        try (FlakyProxy proxy = new FlakyProxy(server.port(), 120_000, 5)) {
            log.append(2_000);
            EventRelay relay = log.relayTo(proxy.url());
            await().atMost(Relaying.WAIT)
                    .until(() -> proxy.cuts() >= 12 || position(relay) == 2_000);
            proxy.calmDown();

            log.awaitInStep(relay);

            assertThat(proxy.cuts()).isPositive();
            log.assertEqual(server);
        }
    }

    @Test
    void fillsALostStoreAnew() {
        server.start();
        log.append(500);
        log.relayTo(server.url());
        log.awaitEqual(server);

        server.kill();
        server.loseStore();
        server.start();

        // Without a new event that would tell.
        log.awaitEqual(server);
    }

    @Test
    void fillsAStreamAnewThatWasDeletedUnderIt() throws Exception {
        server.start();
        log.append(500);
        log.relayTo(server.url());
        log.awaitEqual(server);

        try (StreamReading reading = StreamReading.of(server.url())) {
            reading.management().deleteStream(Subjects.STREAM);
        }

        log.awaitEqual(server);
    }

    @Test
    void catchesUpAfterAStoreOfLastWeekWasPutBack() {
        server.start();
        log.append(300);
        log.relayTo(server.url());
        log.awaitEqual(server);
        server.stop();
        Path lastWeek = server.copyOfStore();
        server.start();
        log.append(300);
        log.awaitEqual(server);

        server.kill();
        server.restoreStore(lastWeek);
        log.append(10);
        server.start();

        log.awaitEqual(server);
    }

    @Test
    void believesNoDuplicateThatIsNotThere() throws Exception {
        server.start();
        log.append(100);
        log.awaitInStep(log.relayTo(server.url()));
        log.end();

        // The server goes on knowing their ids.
        try (StreamReading reading = StreamReading.of(server.url())) {
            long last =
                    reading.management()
                            .getStreamInfo(Subjects.STREAM)
                            .getStreamState()
                            .getLastSequence();
            for (long sequence = last; sequence > last - 20; sequence--) {
                reading.management().deleteMessage(Subjects.STREAM, sequence);
            }
        }
        log.append(5);
        log.relayTo(server.url());

        log.awaitEqual(server);
    }

    @Test
    void passesOverWhatOthersPublished() throws Exception {
        server.start();
        log.append(100);
        EventRelay relay = log.relayTo(server.url());
        log.awaitInStep(relay);

        try (StreamReading reading = StreamReading.of(server.url())) {
            reading.connection()
                    .jetStream()
                    .publish(
                            NatsMessage.builder()
                                    .subject(Subjects.PREFIX + "by.hand")
                                    .headers(new Headers().put("Nats-Msg-Id", "by-hand"))
                                    .data("hello", StandardCharsets.UTF_8)
                                    .build());
        }
        log.append(100);
        log.awaitInStep(relay);

        try (StreamReading reading = StreamReading.of(server.url())) {
            Relaying.assertSame(
                    reading.messages().stream()
                            .filter(it -> !it.getSubject().endsWith("by.hand"))
                            .map(StreamReading::copy)
                            .toList(),
                    StreamReading.expected(log.log().reader()));
        }
    }

    @Test
    void refusesAStreamAheadOfTheLogUntilItIsRebuilt() throws Exception {
        server.start();
        List<StreamReading.Copy> before;
        try (Relaying longer = new Relaying()) {
            longer.append(100);
            longer.awaitInStep(longer.relayTo(server.url()));
            before = StreamReading.expected(longer.log().reader());
        }
        log.append(40);
        EventRelay relay = log.relayTo(server.url());

        await().atMost(Relaying.WAIT).until(() -> relay.status().state() == RelayState.REFUSED);

        assertThat(failure(relay).kind()).isEqualTo("refused");
        assertThat(failure(relay).detail()).contains("ahead of the log", "40");
        assertThat(
                        log.meters()
                                .get("onboarding.relay.state")
                                .tag("state", "refused")
                                .gauge()
                                .value())
                .isEqualTo(1);
        try (StreamReading reading = StreamReading.of(server.url())) {
            assertThat(reading.all()).isEqualTo(before);
        }

        relay.rebuild();

        log.awaitInStep(relay);
        log.assertEqual(server);
    }

    @Test
    void refusesAnotherLogsStream() {
        server.start();
        try (Relaying other = new Relaying()) {
            other.append(50);
            other.awaitInStep(other.relayTo(server.url()));
        }
        log.append(100);
        EventRelay relay = log.relayTo(server.url());

        await().atMost(Relaying.WAIT).until(() -> relay.status().state() == RelayState.REFUSED);

        assertThat(failure(relay).detail()).contains("another log's");
    }

    @Test
    void refusesAStreamOfThatNameWithOtherSubjects() throws Exception {
        server.start();
        try (StreamReading reading = StreamReading.of(server.url())) {
            reading.management()
                    .addStream(
                            StreamConfiguration.builder()
                                    .name(Subjects.STREAM)
                                    .subjects("other.>")
                                    .build());
        }
        log.append(10);
        EventRelay relay = log.relayTo(server.url());

        await().atMost(Relaying.WAIT).until(() -> relay.status().state() == RelayState.REFUSED);

        assertThat(failure(relay).detail()).contains("does not take");
    }

    @Test
    void rebuildsWhileItRelays() {
        server.start();
        log.append(1_000);
        EventRelay relay = log.relayTo(server.url());
        log.awaitEqual(server);
        Stream.iterate(0, it -> it < 3, it -> it + 1)
                .forEach(
                        it -> {
                            log.append(1_000);
                            try {
                                relay.rebuild();
                            } catch (StreamUnavailable unavailable) {
                                throw new AssertionError(unavailable);
                            }
                        });

        log.awaitEqual(server);
    }

    @Test
    void relaysFromOneOfSeveralInstances() {
        server.start();
        log.append(500);
        EventRelay first = log.relayTo(server.url());
        log.awaitInStep(first);
        try (EventRelay second = log.relay(Relaying.settings(server.url()))) {
            second.start();
            log.append(500);
            log.awaitInStep(first);
            assertThat(second.status().state()).isEqualTo(RelayState.STANDBY);

            first.close();
            log.append(500);

            log.awaitInStep(second);
            log.assertEqual(server);
        }
    }

    @Test
    void rebuildsFromAnInstanceThatDoesNotRelay() throws Exception {
        server.start();
        log.append(500);
        EventRelay first = log.relayTo(server.url());
        log.awaitInStep(first);
        EventRelay second = log.relay(Relaying.settings(server.url()));

        second.rebuild();

        log.awaitEqual(server);
    }

    @Test
    void goesOnWhereAnotherInstanceLostItsLock() {
        server.start();
        log.append(500);
        EventRelay first = log.relayTo(server.url());
        log.awaitInStep(first);
        try (EventRelay second = log.relay(Relaying.settings(server.url()))) {
            second.start();
            for (int round = 0; round < 3; round++) {
                log.append(1_000);
                // As the server does with an instance that froze while it held it.
                log.endTransactionsThatHoldTheLock();
                log.append(200);
            }

            log.awaitEqual(server);
        }
    }

    private static RelayStatus.Failure failure(EventRelay relay) {
        return Objects.requireNonNull(relay.status().lastFailure());
    }

    private static long position(EventRelay relay) {
        return Objects.requireNonNull(relay.status().position());
    }

    private double gauge(String name) {
        return log.meters().get(name).gauge().value();
    }
}
