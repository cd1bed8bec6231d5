package tools.choco.onboarding.axonserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Signer;
import tools.choco.onboarding.testing.User;
import tools.choco.onboarding.testing.Watch;

/**
 * What users, analysts and other systems do, over HTTP, wherever the log is kept: two instances of
 * the service on one database. Holds on a log that others have written to before.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EndToEnd {

    private static final Duration WAIT = Duration.ofSeconds(60);

    private RunningService one;
    private RunningService two;

    /** The settings of both instances, each as {@code name=value}. */
    abstract String[] settings();

    @BeforeAll
    void start() {
        one = RunningService.start(settings());
        two = RunningService.beside(one, settings());
        for (RunningService service : List.of(one, two)) {
            await().atMost(WAIT).until(() -> service.client().get("/health/ready").status() == 200);
        }
        awaitCommands();
    }

    /** An instance takes commands a moment after its log is there. */
    private void awaitCommands() {
        await().atMost(WAIT).until(() -> User.of(one).start("quick").status() == 201);
    }

    @AfterAll
    void end() {
        two.close();
        one.close();
    }

    /** The same user at the other instance. */
    private User there(User user) {
        return new User(user.subject(), two.user(user.subject()));
    }

    @Test
    void takesAUserThroughAFlowOnEitherInstance() {
        User user = User.of(one);
        String session = user.started("quick");
        assertThat(there(user).complete(session, "profile").status()).isEqualTo(200);
        assertThat(user.complete(session, "workspace-hub").status()).isEqualTo(200);

        Answer finished = there(user).finish(session);

        assertThat(finished.at("/status")).isEqualTo("completed");
        assertThat(user.read(session).at("/status")).isEqualTo("completed");
        await().atMost(WAIT)
                .untilAsserted(
                        () ->
                                assertThat(
                                                one.analyst()
                                                        .get("/sessions?userId=" + user.subject())
                                                        .at("/items/0/status"))
                                        .isEqualTo("completed"));
    }

    @Test
    void recognisesARetryOnTheOtherInstance() {
        User user = User.of(one);
        String key = UUID.randomUUID().toString();
        Answer first = user.withKey(key).start("quick");

        Answer again = there(user).withKey(key).start("quick");

        assertThat(again.status()).isEqualTo(first.status()).isEqualTo(201);
        assertThat(again.at("/sessionId")).isEqualTo(first.at("/sessionId"));
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
    }

    @Test
    void saysWhatHasChangedSince() {
        User user = User.of(one);
        String session = user.started("default");
        user.complete(session, "profile");
        there(user)
                .complete(
                        session,
                        "profile",
                        "{\"firstName\":\"Augusta\",\"lastName\":\"Lovelace\"}",
                        null);

        Answer conflict =
                user.complete(session, "profile", "{\"firstName\":\"A\",\"lastName\":\"L\"}", 2L);

        assertThat(conflict.status()).isEqualTo(409);
        assertThat(conflict.at("/code")).isEqualTo("revision_conflict");
        assertThat(conflict.at("/conflict/changes/0/changedBy")).isEqualTo(user.subject());
    }

    @Test
    void listsWhatIsWrongWithAnswers() {
        User user = User.of(two);
        String session = user.started("default");

        Answer refused = user.complete(session, "profile", "{\"firstName\":\"Ada\"}", null);

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.at("/code")).isEqualTo("answers_invalid");
        assertThat(refused.at("/errors/0/pointer")).startsWith("/answers");
    }

    @Test
    void keepsWhatIsNotThereFromStrangers() {
        String session = User.of(one).started("quick");

        assertThat(User.of(two).read(session).at("/code")).isEqualTo("session_not_found");
        assertThat(User.of(one).read(UUID.randomUUID().toString()).at("/code"))
                .isEqualTo("session_not_found");
    }

    @Test
    void beginsAgainInOneAppend() {
        User user = User.of(one);
        String session = user.started("quick");

        Answer fresh = user.reset(session);

        assertThat(fresh.required("/sessionId")).isNotEqualTo(session);
        assertThat(there(user).mine("quick").at("/sessionId")).isEqualTo(fresh.at("/sessionId"));
    }

    @Test
    void bringsASiteToLifeAndKeepsItsName() {
        User user = User.of(one);
        user.linkGithub();
        String slug = "site-" + UUID.randomUUID().toString().substring(0, 8);
        String site =
                user.requestSite(user.started("default"), slug, "user_git").required("/siteId");

        await().atMost(WAIT)
                .untilAsserted(
                        () ->
                                assertThat(there(user).site(site).at("/provisioning/state"))
                                        .isEqualTo("live"));
        User other = User.of(two);
        Answer taken = other.requestSite(other.started("default"), slug, "platform_template");
        assertThat(taken.at("/code")).isEqualTo("slug_taken");
        assertThat(taken.at("/suggestions/0")).isNotNull();
    }

    @Test
    void streamsWhatHappensOnTheOtherInstance() {
        User user = User.of(one);
        String session = user.started("quick");
        try (Watch watch = user.client().watch("/onboarding/sessions/" + session + "/events")) {
            watch.await(1);
            there(user).complete(session, "profile");

            watch.awaitNamed("onboarding.step_completed");
        }
        try (Watch again =
                there(user)
                        .client()
                        .watch("/onboarding/sessions/" + session + "/events?lastEventId=0")) {
            assertThat(again.await(2).getFirst().name()).isEqualTo("onboarding.started");
        }
    }

    @Test
    void tellsTheStoryOfASession() {
        User user = User.of(one);
        String session = user.started("quick");
        user.complete(session, "profile", "{}", null);
        user.complete(session, "profile");

        Answer story = two.analyst().get("/sessions/" + session + "/timeline");

        assertThat(
                        story.json()
                                .at("/items")
                                .valueStream()
                                .map(it -> it.path("eventType").asString()))
                .containsExactly(
                        "onboarding.started",
                        "refusal.command_refused",
                        "onboarding.step_completed");
    }

    @Test
    void takesTheEventsOfAnotherSystemOnce() {
        String session = UUID.randomUUID().toString();
        String event =
                """
                [{"id":"%s-1","type":"domain.validated","source":"portal","session_id":"%s",\
                "occurred_at":"%s","data":{}}]"""
                        .formatted(session, session, one.clock().instant().minusSeconds(5));

        assertThat(Signer.of(one).send(event).at("/accepted")).isEqualTo("1");
        assertThat(Signer.of(two).send(event).at("/repeated")).isEqualTo("1");
    }

    @Test
    void fillsAReadModelFromTheWholeLog() {
        User.of(one).finishedQuick();
        Answer begun =
                one.operator()
                        .post(
                                "/ops/replays",
                                "{\"projection\":\"sessionview\",\"reason\":\"test\"}");
        String id = begun.required("/items/0/id");

        await().atMost(WAIT)
                .untilAsserted(
                        () ->
                                assertThat(two.operator().get("/ops/replays/" + id).at("/state"))
                                        .isEqualTo("ready"));
    }

    @Test
    void knowsItAllAfterARestart() {
        User user = User.of(two);
        String session = user.finishedQuick();

        two.restart();

        await().atMost(WAIT)
                .untilAsserted(
                        () ->
                                assertThat(
                                                new User(user.subject(), two.user(user.subject()))
                                                        .read(session)
                                                        .at("/status"))
                                        .isEqualTo("completed"));
    }
}
