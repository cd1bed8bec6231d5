package tools.choco.onboarding.ops.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.events.audit.v1.OperatorActed;
import tools.choco.onboarding.testing.Acts;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.SharedService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;
import tools.jackson.databind.JsonNode;

/**
 * A read model broken on purpose: its dead letters are inspected, it is mended, they are retried.
 */
@ExtendWith(SharedService.class)
class DeadLetterRoutesTest {

    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final String READ_MODEL = "sessionview_g1";

    private final RunningService service;
    private final Tables tables;
    private final Client operator;
    private final User user;
    private final String session;
    private final String constraint;
    private final String reason = "ticket " + UUID.randomUUID();

    DeadLetterRoutesTest(RunningService service) {
        this.service = service;
        tables = Tables.of(service);
        operator = service.operator();
        user = User.of(service);
        session = user.started("quick");
        constraint = "broken_" + session.replace('-', '_');
        service.awaitReadModels();
    }

    /** Leaves the read model as it was found. */
    @AfterEach
    void mend() {
        tables.update(
                "ALTER TABLE sessionview_g1.session_view DROP CONSTRAINT IF EXISTS " + constraint);
        operator.post(
                "/ops/dead-letters/retry",
                "{\"sessionId\":\"%s\",\"reason\":\"end of the test\"}".formatted(session));
        assertThat(parked()).isEmpty();
    }

    @Test
    void areInspectedMendedAndRetried() {
        breakReadModel();
        user.complete(session, "profile");
        String id = awaitParked(1);
        user.complete(session, "workspace-hub");
        user.finish(session);
        awaitParked(3);
        User other = User.of(service);
        String sound = other.finishedQuick();

        // The others go on, and answers say that one does not.
        await().atMost(WAIT)
                .until(() -> "completed".equals(row(other, sound).at("/items/0/status")));
        Answer lacking = row(user, session);
        assertThat(lacking.at("/items/0/revision")).isEqualTo("1");
        assertThat(Long.parseLong(lacking.required("/parkedSequences"))).isPositive();

        JsonNode item = parked().getFirst();
        assertThat(item.path("processor").asString()).isEqualTo(READ_MODEL);
        assertThat(item.path("sessionId").asString()).isEqualTo(session);
        assertThat(item.path("eventType").asString()).isEqualTo("onboarding.step_completed");
        assertThat(item.path("cause").asString()).isEqualTo("org.postgresql.util.PSQLException");
        assertThat(item.path("message").asString()).endsWith("SQL state 23514");
        assertThat(item.path("tries").asInt()).isEqualTo(1);
        Answer sequence = operator.get("/ops/dead-letters/" + id);
        assertThat(sequence.at("/eventCount")).isEqualTo("3");
        assertThat(sequence.json().path("events").valueStream())
                .extracting(it -> it.path("eventType").asString(), it -> it.path("tries").asInt())
                .startsWith(
                        tuple("onboarding.step_completed", 1),
                        tuple("onboarding.step_completed", 0));
        assertThat(sequence.text()).doesNotContain("Ada").doesNotContain(user.subject());

        Answer again = retry(id);
        assertThat(again.at("/goesOn")).isEqualTo("false");
        assertThat(again.at("/parked/tries")).isEqualTo("2");
        assertThat(again.at("/parked/lastTriedAt")).isNotNull();

        mendReadModel();
        Answer mended = retry(id);

        assertThat(mended.at("/goesOn")).isEqualTo("true");
        assertThat(mended.at("/parked")).isNull();
        assertThat(parked()).isEmpty();
        assertThat(row(user, session).at("/items/0/status")).isEqualTo("completed");
        assertThat(retry(id).at("/code")).isEqualTo("dead_letter_unknown");
        assertThat(audit())
                .extracting(OperatorActed::getAction, OperatorActed::getOutcome)
                .containsExactly(
                        tuple("dead_letter.retry", "still_parked"),
                        tuple("dead_letter.retry", "done"));
    }

    @Test
    void goOnWithoutADiscardedEvent() {
        breakReadModel();
        user.complete(session, "profile");
        user.complete(session, "workspace-hub");
        String id = awaitParked(2);
        String second = operator.get("/ops/dead-letters/" + id).required("/events/1/id");
        mendReadModel();

        assertThat(discard(second).at("/code")).isEqualTo("dead_letter_waits");
        assertThat(discard(id).at("/goesOn")).isEqualTo("true");

        assertThat(parked()).isEmpty();
        Answer row = row(user, session);
        assertThat(row.at("/items/0/completedSteps")).isEqualTo("1");
        assertThat(row.at("/items/0/currentStep")).isEqualTo("profile");
        assertThat(row.at("/items/0/revision")).isEqualTo("3");
        user.reopen(session, "workspace-hub");
        await().atMost(WAIT).until(() -> "4".equals(row(user, session).at("/items/0/revision")));
        assertThat(audit())
                .extracting(OperatorActed::getAction, OperatorActed::getTarget)
                .hasSize(1)
                .first()
                .satisfies(
                        it ->
                                assertThat(it.toString())
                                        .contains("dead_letter.discard", READ_MODEL));
    }

    @Test
    void areRetriedByTheirCause() {
        breakReadModel();
        user.complete(session, "profile");
        awaitParked(1);

        assertThat(list("&cause=PSQLException")).hasSize(1);
        assertThat(list("&cause=org.postgresql.util.PSQLException&processor=" + READ_MODEL))
                .hasSize(1);
        assertThat(list("&cause=SQLException")).isEmpty();
        assertThat(list("&processor=funnel_g1")).isEmpty();
        Answer broken = retryAll("\"cause\":\"PSQLException\",");
        mendReadModel();
        Answer none = retryAll("\"cause\":\"NoSuchCause\",");
        Answer mended = retryAll("\"cause\":\"PSQLException\",");

        assertThat(broken.at("/matched")).isEqualTo("1");
        assertThat(broken.at("/done")).isEqualTo("0");
        assertThat(broken.at("/parked/0/tries")).isEqualTo("2");
        assertThat(none.at("/matched")).isEqualTo("0");
        assertThat(mended.at("/done")).isEqualTo("1");
        assertThat(mended.at("/nextCursor")).isNull();
    }

    @Test
    void belongToTheVersionThatParkedThem() {
        tables.update(
                """
                INSERT INTO dead_letters (processor, sequence_key, session_id, position, event_id,
                    event_type, cause, parked_at)
                VALUES ('sessionview_g999', ?, ?, 1, gen_random_uuid(), 'x', 'x.Old', now())""",
                session,
                session);
        String id = parked().getFirst().path("id").asString();

        assertThat(retry(id).at("/code")).isEqualTo("generation_of_another_version");
        assertThat(discard(id).at("/code")).isEqualTo("generation_of_another_version");
        assertThat(retryAll("").at("/parked/0/cause")).isEqualTo("x.Old");

        tables.update("DELETE FROM dead_letters WHERE processor = 'sessionview_g999'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"999999999", "0", "abc", "99999999999999999999"})
    void areUnknownByAnotherNumber(String id) {
        assertThat(operator.unchecked("GET", "/ops/dead-letters/" + id, null).at("/code"))
                .isEqualTo("dead_letter_unknown");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"reason\":\"\"}",
                "{\"reason\":\"x\",\"max\":501}",
                "{\"reason\":\"x\",\"cursor\":\"abc\"}",
                "{\"reason\":\"x\",\"cause\":\"a b\"}"
            })
    void areNotRetriedWithoutAClearWord(String body) {
        assertThat(operator.post("/ops/dead-letters/retry", body).status()).isEqualTo(400);
    }

    @Test
    void areForOperatorsOnly() {
        assertThat(user.client().get("/ops/dead-letters").status()).isEqualTo(403);
        assertThat(user.client().post("/ops/dead-letters/1/discard", "{\"reason\":\"x\"}").status())
                .isEqualTo(403);
    }

    private void breakReadModel() {
        tables.update(
                """
                ALTER TABLE sessionview_g1.session_view ADD CONSTRAINT %s
                    CHECK (session_id <> '%s' OR revision < 2) NOT VALID"""
                        .formatted(constraint, session));
    }

    private void mendReadModel() {
        tables.update("ALTER TABLE sessionview_g1.session_view DROP CONSTRAINT " + constraint);
    }

    /** Waits for at least so many events; returns the first letter's id. */
    private String awaitParked(int events) {
        await().atMost(WAIT)
                .untilAsserted(
                        () ->
                                assertThat(parked())
                                        .hasSize(1)
                                        .allMatch(it -> it.path("events").asInt() >= events));
        return parked().getFirst().path("id").asString();
    }

    private List<JsonNode> parked() {
        return list("");
    }

    private List<JsonNode> list(String filter) {
        return operator.get("/ops/dead-letters?sessionId=" + session + filter)
                .json()
                .path("items")
                .valueStream()
                .toList();
    }

    private Answer row(User whose, String its) {
        Answer answer =
                service.analyst().get("/sessions?includeTest=true&userId=" + whose.subject());
        assertThat(answer.at("/items/0/sessionId")).isEqualTo(its);
        return answer;
    }

    private Answer retry(String id) {
        return act(id, "retry");
    }

    private Answer discard(String id) {
        return act(id, "discard");
    }

    private Answer act(String id, String word) {
        return operator.post(
                "/ops/dead-letters/%s/%s".formatted(id, word),
                "{\"reason\":\"%s\"}".formatted(reason));
    }

    private Answer retryAll(String filter) {
        return operator.post(
                "/ops/dead-letters/retry",
                "{%s\"sessionId\":\"%s\",\"reason\":\"%s\"}".formatted(filter, session, reason));
    }

    /** What was written down under the test's reason. */
    private List<OperatorActed> audit() {
        return Acts.of(service).because(reason);
    }
}
