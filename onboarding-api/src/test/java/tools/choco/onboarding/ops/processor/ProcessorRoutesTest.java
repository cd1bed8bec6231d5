package tools.choco.onboarding.ops.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;
import tools.jackson.databind.JsonNode;

/** A service of its own, since its processors are stopped and broken. */
class ProcessorRoutesTest {

    private static final String READ_MODEL = "sessionview_g1";
    private static final String SAGA = "site-provisioning";

    private static RunningService service;
    private static Client operator;
    private static Tables tables;

    @BeforeAll
    static void start() {
        service = RunningService.start();
        operator = service.operator();
        tables = Tables.of(service);
    }

    @AfterAll
    static void end() {
        service.close();
    }

    @Test
    void areAllListed() {
        User.of(service).finishedQuick();

        assertThat(all())
                .extracting(it -> it.path("name").asString())
                .containsExactlyInAnyOrder(
                        READ_MODEL, "funnel_g1", "siteview_g1", SAGA, "site-outcome", "webhooks");
        await(() -> assertThat(all()).allSatisfy(ProcessorRoutesTest::assertQuiet));
        assertThat(find(READ_MODEL).path("kind").asString()).isEqualTo("read_model");
        assertThat(find(READ_MODEL).path("current").asBoolean()).isTrue();
        assertThat(find(SAGA).path("kind").asString()).isEqualTo("process");
        assertThat(find(SAGA).path("current").isNull()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {READ_MODEL, SAGA})
    void restUntilTheyAreStartedAgain(String name) {
        assertThat(act(name, "stop").status()).isEqualTo(202);
        await(() -> assertThat(state(name)).isEqualTo("stopped"));
        User.of(service).finishedQuick();

        assertThat(find(name).path("lagEvents").asLong()).isPositive();
        assertThat(service.client().get("/health/ready").status()).isEqualTo(200);
        service.restart();
        operator = service.operator();
        assertThat(state(name)).isEqualTo("stopped");

        assertThat(act(name, "start").status()).isEqualTo(202);
        await(() -> assertThat(state(name)).isEqualTo("quiet"));
        assertThat(tables.count("SELECT count(*) FROM stopped_processors")).isZero();
    }

    @Test
    void areSplitAndMerged() {
        assertThat(act("funnel_g1", "split").status()).isEqualTo(202);
        await(
                () ->
                        assertThat(find("funnel_g1").path("segments").valueStream())
                                .hasSize(2)
                                .noneMatch(it -> it.path("claimedBy").isNull()));

        await(() -> assertThat(act("funnel_g1", "merge").status()).isEqualTo(202));
        await(() -> assertThat(find("funnel_g1").path("segments").valueStream()).hasSize(1));
        assertThat(act("funnel_g1", "merge").at("/code")).isEqualTo("segment_not_available");
    }

    @Test
    void areDeadWhileTheirTableIsAwayAndParkNobody() {
        tables.update("ALTER TABLE sessionview_g1.session_view RENAME TO away");
        User.of(service).finishedQuick();

        await(() -> assertThat(state(READ_MODEL)).isEqualTo("dead"));
        assertThat(find(READ_MODEL).path("lastError").asString()).contains("session_view");
        assertThat(service.client().get("/health/ready").status()).isEqualTo(503);
        assertThat(tables.count("SELECT count(*) FROM dead_letters")).isZero();

        tables.update("ALTER TABLE sessionview_g1.away RENAME TO session_view");
        await(() -> assertThat(state(READ_MODEL)).isEqualTo("quiet"));
        assertThat(service.client().get("/health/ready").status()).isEqualTo(200);
    }

    @Test
    void areNotReadyWhileTheSagaFails() {
        tables.update("ALTER TABLE dead_letters RENAME TO away");
        User user = User.of(service);
        user.requestSite(user.started("default"), "not-ready", "user_git");

        await(() -> assertThat(service.client().get("/health/ready").status()).isEqualTo(503));

        tables.update("ALTER TABLE away RENAME TO dead_letters");
        await(() -> assertThat(service.client().get("/health/ready").status()).isEqualTo(200));
    }

    @Test
    void areRefusedWhatCannotBe() {
        assertThat(act("nobody", "stop").at("/code")).isEqualTo("processor_unknown");
        assertThat(act(SAGA, "split").at("/code")).isEqualTo("processor_not_splittable");
        assertThat(act(SAGA, "merge").at("/code")).isEqualTo("processor_not_splittable");
        assertThat(operator.post("/ops/processors/" + SAGA + "/stop", "{}").at("/code"))
                .isEqualTo("missing_field");
        assertThat(
                        User.of(service)
                                .client()
                                .post("/ops/processors/x/stop", "{\"reason\":\"x\"}")
                                .status())
                .isEqualTo(403);
    }

    private static void await(ThrowingRunnable condition) {
        org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(condition);
    }

    private static Answer act(String name, String word) {
        return operator.post(
                "/ops/processors/%s/%s".formatted(name, word), "{\"reason\":\"a test\"}");
    }

    private static List<JsonNode> all() {
        return operator.get("/ops/processors").json().path("items").valueStream().toList();
    }

    private static void assertQuiet(JsonNode processor) {
        assertThat(processor.path("state").asString()).isEqualTo("quiet");
        assertThat(processor.path("position")).isEqualTo(processor.path("head"));
        assertThat(processor.path("lagEvents").asLong()).isZero();
        assertThat(processor.path("lagMs").asLong()).isZero();
        assertThat(processor.path("lastError").isNull()).isTrue();
        assertThat(processor.at("/segments/0/claimedBy").asString()).contains("@");
    }

    private static JsonNode find(String name) {
        return all().stream()
                .filter(it -> it.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String state(String name) {
        return find(name).path("state").asString();
    }
}
