package tools.choco.onboarding.ops.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.events.audit.v1.OperatorActed;
import tools.choco.onboarding.relay.RelayHint;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.NatsServer;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;

class StreamRoutesTest {

    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);

    private final NatsServer server = NatsServer.stopped();
    private final RunningService service =
            RunningService.start(
                    "onboarding.nats.url=" + server.url(),
                    "onboarding.nats.retry-pause-max=PT0.2S",
                    "onboarding.nats.connect-timeout=PT1S");
    private final Client operator = service.operator();

    @AfterEach
    void end() {
        service.close();
        server.close();
    }

    @Test
    void servesWithoutTheStreamAndShowsItsBacklogUntilItIsBack() {
        User user = User.of(service);
        String session = user.started("quick");
        awaitState("away");

        Answer away = operator.get("/ops/stream");

        assertThat(away.at("/stream")).isEqualTo("choco:events:onboarding");
        assertThat(away.at("/head")).isEqualTo("1");
        assertThat(away.at("/position")).isEqualTo("0");
        assertThat(away.json().at("/backlogEvents").asLong()).isEqualTo(1);
        assertThat(away.json().at("/backlogMs").asLong()).isNotNegative();
        assertThat(away.at("/lastFailure/kind")).isEqualTo("stream");
        assertThat(away.at("/lastFailure/detail")).doesNotContain("127.0.0.1");
        assertThat(service.client().get("/health/ready").status()).isEqualTo(200);
        assertThat(user.skip(session, "tools").status()).isEqualTo(200);
        assertThat(metric("onboarding_relay_backlog_events ")).isEqualTo(2);
        assertThat(metric("onboarding_relay_state{state=\"away\"} ")).isEqualTo(1);

        server.start();
        awaitState("in_step");

        Answer back = operator.get("/ops/stream");
        assertThat(back.at("/position")).isEqualTo("2");
        assertThat(back.json().at("/backlogEvents").asLong()).isZero();
        assertThat(back.json().at("/backlogMs").asLong()).isZero();
        assertThat(metric("onboarding_relay_backlog_events ")).isZero();
        assertThat(metric("onboarding_relay_published_total ")).isEqualTo(2);
        // The relay's hint stands among the tokens of processors, and is none.
        await().atMost(WAIT)
                .pollInterval(POLL)
                .until(
                        () ->
                                Tables.of(service)
                                                .count(
                                                        "SELECT count(*) FROM token_entry WHERE processor_name = ?",
                                                        RelayHint.NAME)
                                        == 1);
        assertThat(operator.get("/ops/processors").status()).isEqualTo(200);
    }

    @Test
    void rebuildsOnAnOperatorsWord() {
        User.of(service).started("quick");
        server.start();
        awaitState("in_step");
        String reason = "ticket " + UUID.randomUUID();

        Answer begun = rebuild(reason);

        assertThat(begun.status()).isEqualTo(202);
        assertThat(begun.at("/stream")).isEqualTo("choco:events:onboarding");
        OperatorActed act = act(reason);
        assertThat(act.getActor()).isEqualTo("operator");
        assertThat(act.getAction()).isEqualTo("stream.rebuild");
        assertThat(act.getTarget()).isEqualTo("choco:events:onboarding");
        assertThat(act.getOutcome()).isEqualTo("done");
        awaitState("in_step");
        // The session's event twice, and the operator's act.
        await().atMost(WAIT)
                .pollInterval(POLL)
                .until(() -> metric("onboarding_relay_published_total ") == 3);
    }

    @Test
    void saysThatItCannotRebuildWhileTheServerIsAway() {
        String reason = "ticket " + UUID.randomUUID();

        Answer refused = rebuild(reason);

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.at("/code")).isEqualTo("unavailable");
        assertThat(act(reason).getOutcome()).isEqualTo("unavailable");
    }

    @Test
    void wantsAReason() {
        assertThat(operator.post("/ops/stream/rebuild", "{}").at("/code"))
                .isEqualTo("missing_field");
        assertThat(rebuild("").at("/code")).isEqualTo("invalid_value");
    }

    private Answer rebuild(String reason) {
        return operator.post("/ops/stream/rebuild", "{\"reason\":\"%s\"}".formatted(reason));
    }

    private void awaitState(String state) {
        await().atMost(WAIT)
                .pollInterval(POLL)
                .until(() -> state.equals(operator.get("/ops/stream").at("/state")));
    }

    private double metric(String name) {
        return operator.get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name));
    }

    private OperatorActed act(String reason) {
        return service
                .part(JdbcClient.class)
                .sql(
                        """
                        SELECT payload FROM events JOIN event_kinds USING (kind)
                        WHERE aggregate_type = 'Operation'
                        """)
                .query(byte[].class)
                .list()
                .stream()
                .map(StreamRoutesTest::parsed)
                .filter(act -> act.getReason().equals(reason))
                .findFirst()
                .orElseThrow();
    }

    private static OperatorActed parsed(byte[] payload) {
        try {
            return OperatorActed.parseFrom(payload);
        } catch (InvalidProtocolBufferException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }
}
