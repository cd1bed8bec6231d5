package tools.choco.onboarding.ctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.ctl.Counterpart.Answer;
import tools.choco.onboarding.ctl.Counterpart.Seen;

class PatienceTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Answer OK = Answer.of(200, "{}");
    private static final Answer NOT_NOW = Answer.problem(503, "unavailable", "Not right now.");

    private final List<Duration> pauses = new ArrayList<>();
    private Instant now = Instant.EPOCH;

    @Test
    void sendsTheSameRequestWithTheSameKeyUntilItIsAnswered() throws Exception {
        Call call = write();
        List<Seen> seen = answered(call, 200, Answer.SILENCE, NOT_NOW, Answer.SILENCE, OK);

        assertThat(seen).hasSize(4);
        assertThat(seen).allMatch(request -> request.key().equals(call.key()));
        assertThat(seen).allMatch(request -> request.body().equals("{\"sessionId\":\"s\"}"));
        assertThat(pauses).hasSize(3);
    }

    @Test
    void takesAnyOtherAnswerAsFinal() throws Exception {
        for (int status : List.of(201, 400, 404, 409, 422, 500)) {
            assertThat(answered(write(), status, Answer.of(status, "{}"), OK)).hasSize(1);
        }
        assertThat(pauses).isEmpty();
    }

    @Test
    void waitsAsLongAsRetryAfterSays() throws Exception {
        Answer tooMany = new Answer(429, "{}", Map.of("Retry-After", "7"));

        answered(write(), 200, tooMany, tooMany, OK);

        assertThat(pauses).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(7));
    }

    @Test
    void givesBackTheRefusalThatOutlastsIt() throws Exception {
        Answer later = new Answer(429, "{}", Map.of("Retry-After", "61"));

        assertThat(answered(write(), 429, later)).hasSize(1);
        assertThat(pauses).isEmpty();
    }

    @Test
    void doublesItsPausesUpToALimitAndGivesUpInTheEnd() throws Exception {
        try (Counterpart counterpart = new Counterpart(request -> Answer.SILENCE);
                Service service = new Service(counterpart.address())) {
            CommandFailure failure =
                    catchThrowableOfType(
                            CommandFailure.class, () -> patience(service).send(write()));

            assertThat(failure.exitCode()).isEqualTo(CommandFailure.UNREACHABLE);
            assertThat(pauses.getFirst()).isLessThanOrEqualTo(Duration.ofMillis(150));
            assertThat(pauses).allMatch(pause -> pause.compareTo(Duration.ofSeconds(3)) <= 0);
            assertThat(pauses.getLast()).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
            assertThat(pauses.stream().reduce(Duration.ZERO, Duration::plus))
                    .isBetween(LIMIT.minusSeconds(3), LIMIT);
        }
    }

    @Test
    void survivesAServiceThatIsNotThere() throws Exception {
        Counterpart gone = new Counterpart(request -> OK);
        gone.close();
        try (Service service = new Service(gone.address())) {
            CommandFailure failure =
                    catchThrowableOfType(
                            CommandFailure.class, () -> patience(service).send(write()));

            assertThat(failure.line()).contains("connection refused");
            assertThat(pauses).isNotEmpty();
        }
    }

    private List<Seen> answered(Call call, int status, Answer... answers)
            throws IOException, InterruptedException {
        Queue<Answer> script = new ArrayDeque<>(List.of(answers));
        try (Counterpart counterpart = new Counterpart(request -> script.remove());
                Service service = new Service(counterpart.address())) {
            Patience patience = patience(service);
            assertThat(patience.send(call).status()).isEqualTo(status);
            assertThat(patience.requests()).isEqualTo(counterpart.seen().size());
            assertThat(patience.retries()).isEqualTo(counterpart.seen().size() - 1);
            return counterpart.seen();
        }
    }

    private Patience patience(Service service) {
        return new Patience(
                service,
                LIMIT,
                () -> now,
                pause -> {
                    pauses.add(pause);
                    now = now.plus(pause);
                });
    }

    private static Call write() {
        return Call.write(
                "/onboarding/step", "token", Service.JSON.createObjectNode().put("sessionId", "s"));
    }
}
