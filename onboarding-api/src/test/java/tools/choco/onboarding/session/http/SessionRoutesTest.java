package tools.choco.onboarding.session.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.SharedService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;
import tools.jackson.databind.JsonNode;

@ExtendWith(SharedService.class)
class SessionRoutesTest {

    private static final Duration BEYOND_RESUME_THRESHOLD = Duration.ofMinutes(31);

    private final RunningService service;
    private final Tables tables;
    private final User user;

    SessionRoutesTest(RunningService service) {
        this.service = service;
        this.tables = Tables.of(service);
        this.user = User.of(service);
    }

    @Test
    void startsOnceAndFindsTheSessionAgain() {
        Answer first = user.client().post("/onboarding/start", "{}");
        Answer second = user.client().post("/onboarding/start", "{}");

        String session = first.required("/sessionId");
        assertThat(first.status()).isEqualTo(201);
        assertThat(first.header("Location")).isEqualTo("/onboarding/sessions/" + session);
        assertThat(first.header("ETag")).isEqualTo("\"1\"");
        assertThat(first.at("/flowId")).isEqualTo("default");
        assertThat(first.at("/userId")).isEqualTo(user.subject());
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.json()).isEqualTo(first.json());
        assertThat(second.header("Idempotent-Replayed")).isNull();
        assertThat(tables.eventTypes(session)).containsExactly("OnboardingStarted");
    }

    @Test
    void keepsOneSessionForEachFlow() {
        String inDefault = user.started("default");
        String inQuick = user.started("quick");

        assertThat(inQuick).isNotEqualTo(inDefault);
        assertThat(user.mine("default").at("/sessionId")).isEqualTo(inDefault);
        assertThat(user.mine("quick").at("/sessionId")).isEqualTo(inQuick);
    }

    @Test
    void startsNothingByReading() {
        Answer before = user.client().get("/onboarding/session");

        assertThat(before.status()).isEqualTo(404);
        assertThat(before.at("/code")).isEqualTo("session_not_found");
        assertThat(
                        tables.count(
                                "SELECT count(*) FROM session_claims WHERE user_id = ?",
                                user.subject()))
                .isZero();
        assertThat(user.client().get("/onboarding/session").status()).isEqualTo(404);
        assertThat(user.start("default").status()).isEqualTo(201);
    }

    @Test
    void goesThroughTheDefaultFlowUpToTheSite() {
        String session = user.started("default");
        for (String step : List.of("profile", "work-profile", "tools", "workspace-hub")) {
            Answer answer = user.complete(session, step);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(statusOf(answer, step)).isEqualTo("completed");
        }
        user.complete(session, "invite");
        user.skip(session, "preferences");
        Answer last = user.choose(session, "blog");

        assertThat(last.status()).isEqualTo(200);
        assertThat(last.at("/pathId")).isEqualTo("blog");
        assertThat(statusOf(last, "path")).isEqualTo("completed");
        assertThat(last.at("/currentStep")).isEqualTo("site");
        assertThat(texts(last.json().at("/requirements/currentlyDue"))).containsExactly("site");
        assertThat(last.json().at("/requirements/eventuallyDue")).isEmpty();
        assertThat(last.at("/status")).isEqualTo("active");
        Answer early = user.finish(session);
        assertThat(early.status()).isEqualTo(422);
        assertThat(early.at("/code")).isEqualTo("requirements_open");
        assertThat(pointers(early)).containsExactly("/steps/site");
        assertThat(tables.eventTypes(session))
                .containsExactly(
                        "OnboardingStarted",
                        "OnboardingStepCompleted",
                        "OnboardingStepCompleted",
                        "OnboardingStepCompleted",
                        "OnboardingStepCompleted",
                        "OnboardingStepCompleted",
                        "OnboardingStepSkipped",
                        "OnboardingPathSelected");
    }

    @Test
    void goesThroughTheQuickFlowToItsEnd() {
        String session = user.started("quick");
        user.complete(session, "workspace-hub");
        user.skip(session, "tools");
        user.complete(session, "profile");
        Answer done = user.finish(session);

        assertThat(done.status()).isEqualTo(200);
        assertThat(done.at("/status")).isEqualTo("completed");
        assertThat(done.at("/completedAt")).isNotNull();
        assertThat(done.at("/currentStep")).isNull();
        assertThat(done.json().at("/requirements/currentlyDue")).isEmpty();
        assertThat(user.finish(session).json()).isEqualTo(done.json());
        assertThat(user.start("quick").json()).isEqualTo(done.json());
        assertThat(tables.eventTypes(session)).hasSize(5).endsWith("OnboardingCompleted");
    }

    @Test
    void refusesAnEarlyCompleteWithEveryOpenIssue() {
        String session = user.started("default");

        Answer early = user.finish(session);

        assertThat(early.status()).isEqualTo(422);
        assertThat(pointers(early))
                .containsExactly(
                        "/steps/profile",
                        "/steps/work-profile",
                        "/steps/workspace-hub",
                        "/steps/path",
                        "/steps/site");
    }

    @ParameterizedTest
    @ValueSource(strings = {"work-profile", "work_profile", "workProfile"})
    void takesStepKeysInEveryCase(String key) {
        String session = user.started("default");

        Answer answer =
                user.complete(session, key, String.valueOf(User.ANSWERS.get("work-profile")), null);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(statusOf(answer, "work-profile")).isEqualTo("completed");
    }

    @Test
    void showsAnswersToTheirOwner() {
        String session = user.started("quick");
        Answer completed =
                user.complete(
                        session, "profile", "{\"lastName\":\"Ähre\",\"firstName\":\"Zoë\"}", null);
        Answer amended =
                user.complete(
                        session, "profile", "{\"firstName\":\"Zoë\",\"lastName\":\"B\"}", null);

        assertThat(completed.at("/steps/0/answers/lastName")).isEqualTo("Ähre");
        assertThat(amended.at("/steps/0/answers/lastName")).isEqualTo("B");
        assertThat(amended.at("/revision")).isEqualTo("3");
        assertThat(user.read(session).json()).isEqualTo(amended.json());
        assertThat(user.mine("quick").json()).isEqualTo(amended.json());
    }

    @Test
    void changesNothingByTheSameAnswersAgain() {
        String session = user.started("quick");
        Answer first = user.complete(session, "profile");
        Answer again =
                user.complete(
                        session,
                        "profile",
                        "{\"lastName\" : \"Lovelace\", \"firstName\" : \"\\u0041da\"}",
                        null);

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(tables.events(session)).isEqualTo(2);
    }

    @Test
    void skipsReopensAndCompletesAStep() {
        String session = user.started("quick");

        assertThat(statusOf(user.skip(session, "tools"), "tools")).isEqualTo("skipped");
        assertThat(statusOf(user.reopen(session, "tools"), "tools")).isEqualTo("pending");
        assertThat(statusOf(user.skip(session, "tools"), "tools")).isEqualTo("skipped");
        assertThat(statusOf(user.complete(session, "tools"), "tools")).isEqualTo("completed");
        Answer reopened = user.reopen(session, "tools");
        assertThat(statusOf(reopened, "tools")).isEqualTo("pending");
        assertThat(reopened.at("/revision")).isEqualTo("6");
    }

    @Test
    void replacesTheChosenPath() {
        String session = user.started("default");
        user.choose(session, "blog");
        Answer second = user.choose(session, "docs");

        assertThat(second.at("/pathId")).isEqualTo("docs");
        assertThat(user.choose(session, "docs").json()).isEqualTo(second.json());
        assertThat(tables.events(session)).isEqualTo(3);
    }

    @Test
    void resetsIntoANewSessionOnce() {
        String old = user.finishedQuick();
        Answer fresh = user.reset(old);
        Answer again = user.reset(old);

        String successor = fresh.required("/sessionId");
        assertThat(fresh.status()).isEqualTo(201);
        assertThat(fresh.header("Location")).isEqualTo("/onboarding/sessions/" + successor);
        assertThat(successor).isNotEqualTo(old);
        assertThat(fresh.at("/previousSessionId")).isEqualTo(old);
        assertThat(fresh.at("/status")).isEqualTo("active");
        assertThat(fresh.at("/revision")).isEqualTo("1");
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.json()).isEqualTo(fresh.json());
        Answer ended = user.read(old);
        assertThat(ended.at("/status")).isEqualTo("reset");
        assertThat(ended.at("/newSessionId")).isEqualTo(successor);
        assertThat(user.mine("quick").at("/sessionId")).isEqualTo(successor);
        assertThat(user.start("quick").at("/sessionId")).isEqualTo(successor);
        assertThat(tables.eventTypes(old)).endsWith("OnboardingReset");
        assertThat(tables.eventTypes(successor)).containsExactly("OnboardingStarted");
        assertThat(user.skip(old, "tools").at("/code")).isEqualTo("session_reset");
    }

    @Test
    void answersTheSameSuccessorAlsoWhenThatWasReset() {
        String first = user.started("quick");
        String second = user.reset(first).required("/sessionId");
        String third = user.reset(second).required("/sessionId");

        assertThat(user.reset(first).at("/sessionId")).isEqualTo(second);
        assertThat(user.mine("quick").at("/sessionId")).isEqualTo(third);
    }

    @Test
    void letsAnOperatorResetWithoutSeeingAnswers() {
        String old = user.started("quick");
        user.complete(old, "profile");
        String target = "/ops/sessions/" + old + "/reset";

        Answer fresh = service.operator().post(target, "{\"reason\":\"ticket 17\"}");

        assertThat(fresh.status()).isEqualTo(201);
        assertThat(fresh.at("/previousSessionId")).isEqualTo(old);
        assertThat(fresh.text()).doesNotContain("Lovelace");
        assertThat(fresh.json().at("/steps")).allMatch(step -> step.path("answers").isNull());
        assertThat(user.mine("quick").at("/sessionId")).isEqualTo(fresh.at("/sessionId"));
        assertThat(user.read(old).at("/steps/0/answers/firstName")).isEqualTo("Ada");
        // Whoever was first: the answer of the other is the same session.
        assertThat(user.reset(old).at("/sessionId")).isEqualTo(fresh.at("/sessionId"));
        Answer successorsAnswers = user.complete(fresh.required("/sessionId"), "profile");
        assertThat(successorsAnswers.status()).isEqualTo(200);
        Answer repeated = service.operator().post(target, "{\"reason\":\"ticket 17\"}");
        assertThat(repeated.status()).isEqualTo(201);
        assertThat(repeated.at("/steps/0/status")).isEqualTo("completed");
        assertThat(repeated.text()).doesNotContain("Lovelace");
    }

    @Test
    void describesAFlow() {
        Answer manifest = user.client().get("/onboarding/manifest");
        Answer quick = user.client().get("/onboarding/manifest?flowId=quick");

        assertThat(manifest.status()).isEqualTo(200);
        assertThat(manifest.at("/flowId")).isEqualTo("default");
        assertThat(manifest.header("ETag")).isNotNull();
        assertThat(
                        manifest.json()
                                .at("/steps")
                                .valueStream()
                                .map(step -> step.path("stepId").asString()))
                .containsExactly(
                        "profile",
                        "work-profile",
                        "tools",
                        "invite",
                        "preferences",
                        "workspace-hub",
                        "path",
                        "site");
        assertThat(manifest.at("/steps/0/answerSchema/properties/firstName/type"))
                .isEqualTo("string");
        assertThat(manifest.json().at("/steps/7/answerSchema").isNull()).isTrue();
        assertThat(manifest.json().at("/paths")).hasSize(3);
        assertThat(manifest.json().at("/templates")).hasSize(3);
        assertThat(quick.at("/flowId")).isEqualTo("quick");
        assertThat(quick.json().at("/steps")).hasSize(3);
    }

    @Test
    void namesTheRevisionInTheTagAndHoldsIt() {
        String session = user.started("quick");
        assertThat(user.complete(session, "profile").header("ETag")).isEqualTo("\"2\"");

        Answer stale = user.with("If-Match", "\"1\"").skip(session, "tools");
        assertThat(stale.status()).isEqualTo(412);
        assertThat(stale.at("/code")).isEqualTo("precondition_failed");
        assertThat(tables.events(session)).isEqualTo(2);

        assertThat(user.with("If-Match", "\"2\"").skip(session, "tools").status()).isEqualTo(200);
        assertThat(user.with("If-Match", "*").reopen(session, "tools").header("ETag"))
                .isEqualTo("\"4\"");
    }

    @Test
    void answersNotModifiedWhereTheClientIsUpToDate() {
        String session = user.started("quick");

        Answer unchanged = user.with("If-None-Match", "\"1\"").read(session);

        assertThat(unchanged.status()).isEqualTo(304);
        assertThat(unchanged.text()).isEmpty();
        assertThat(user.with("If-None-Match", "\"7\"").read(session).status()).isEqualTo(200);
    }

    @Test
    void saysWhatChangedSinceTheRevisionOfAWrite() {
        String session = user.started("default");
        user.complete(session, "profile");
        long base = 2;
        user.complete(
                session, "profile", "{\"firstName\":\"Augusta\",\"lastName\":\"Lovelace\"}", null);
        user.choose(session, "blog");
        user.skip(session, "tools");

        Answer conflict =
                user.complete(session, "profile", "{\"firstName\":\"A\",\"lastName\":\"L\"}", base);

        assertThat(conflict.status()).isEqualTo(409);
        assertThat(conflict.at("/code")).isEqualTo("revision_conflict");
        assertThat(conflict.at("/conflict/revision")).isEqualTo("5");
        assertThat(conflict.at("/conflict/checksum")).matches("[0-9a-f]{64}");
        assertThat(
                        conflict.json()
                                .at("/conflict/changes")
                                .valueStream()
                                .map(
                                        it ->
                                                it.path("pointer").asString()
                                                        + " "
                                                        + it.path("revision").asLong()
                                                        + " "
                                                        + it.path("changedBy").asString()))
                .containsExactly(
                        "/steps/profile/answers/firstName 3 " + user.subject(),
                        "/steps/tools/status 5 " + user.subject(),
                        "/pathId 4 " + user.subject());
        assertThat(conflict.text()).doesNotContain("Augusta");
        assertThat(tables.events(session)).isEqualTo(5);
        assertThat(
                        user.complete(
                                        session,
                                        "profile",
                                        "{\"firstName\":\"A\",\"lastName\":\"L\"}",
                                        5L)
                                .status())
                .isEqualTo(200);
    }

    @Test
    void doesNotConflictOverWhatIsNoContent() {
        String session = user.started("quick");
        user.complete(session, "profile");
        service.clock().advance(BEYOND_RESUME_THRESHOLD);
        assertThat(user.start("quick").at("/revision")).isEqualTo("3");

        Answer written = user.complete(session, "tools", "{\"tools\":[]}", 2L);

        assertThat(written.status()).isEqualTo(200);
        assertThat(written.at("/revision")).isEqualTo("4");
    }

    @Test
    void resumesByAStartAfterALongGap() {
        String session = user.started("quick");
        service.clock().advance(BEYOND_RESUME_THRESHOLD);
        Answer back = user.start("quick");

        assertThat(back.status()).isEqualTo(200);
        assertThat(back.at("/sessionId")).isEqualTo(session);
        assertThat(tables.eventTypes(session))
                .containsExactly("OnboardingStarted", "OnboardingResumed");
        assertThat(user.start("quick").at("/revision")).isEqualTo("2");
    }

    @Test
    void readsWithoutResuming() {
        String session = user.started("quick");
        service.clock().advance(BEYOND_RESUME_THRESHOLD);
        user.read(session);
        user.mine("quick");

        assertThat(tables.events(session)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"answers\":{}"})
    void takesAbsentAnswersForAnEmptyForm(String member) {
        String session = user.started("default");

        Answer answer =
                user.client()
                        .post(
                                "/onboarding/step",
                                "{\"sessionId\":\"%s\",\"stepId\":\"preferences\"%s}"
                                        .formatted(session, member));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(statusOf(answer, "preferences")).isEqualTo("completed");
    }

    @Test
    void limitsATokenToItsWorkspaces() {
        Client limited =
                service.client()
                        .withToken(
                                service.client()
                                        .localToken(
                                                user.subject(),
                                                List.of("onboarding:write"),
                                                "\"workspaces\":[\"ws-1\"]"));
        Answer foreign =
                limited.post(
                        "/onboarding/start", "{\"flowId\":\"quick\",\"workspaceId\":\"ws-2\"}");
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(foreign.at("/code")).isEqualTo("workspace_forbidden");
        assertThat(user.mine("quick").status()).isEqualTo(404);

        User caller = new User(user.subject(), limited);
        String session = caller.started("quick");
        Answer hub = caller.complete(session, "workspace-hub", "{\"workspaceId\":\"ws-2\"}", null);
        assertThat(hub.status()).isEqualTo(403);
        assertThat(caller.complete(session, "workspace-hub").status()).isEqualTo(200);
    }

    @Test
    void fixesTheWorkspaceAtTheStart() {
        Answer started =
                user.client()
                        .post(
                                "/onboarding/start",
                                "{\"flowId\":\"quick\",\"workspaceId\":\"ws-9\"}");
        Answer other = user.complete(started.required("/sessionId"), "workspace-hub");

        assertThat(other.status()).isEqualTo(409);
        assertThat(other.at("/code")).isEqualTo("workspace_fixed");
    }

    static Stream<Arguments> routesWithASession() {
        return Stream.of(
                route("read", User::read),
                route("step", (user, session) -> user.complete(session, "profile")),
                route("skip", (user, session) -> user.skip(session, "tools")),
                route("reopen", (user, session) -> user.reopen(session, "tools")),
                route("path", (user, session) -> user.choose(session, "blog")),
                route("complete", User::finish),
                route("reset", User::reset));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("routesWithASession")
    void hidesTheSessionOfAnotherUser(String name, BiFunction<User, String, Answer> route) {
        String session = user.started("default");
        User other = User.of(service);
        Answer foreign = route.apply(other, session);
        Answer absent = route.apply(other, UUID.randomUUID().toString());

        assertThat(foreign.status()).isEqualTo(404);
        assertThat(foreign.at("/code")).isEqualTo("session_not_found");
        assertThat(foreign.at("/detail")).isEqualTo(absent.at("/detail"));
        assertThat(absent.status()).isEqualTo(404);
        assertThat(tables.events(session)).isEqualTo(1);
        assertThat(other.mine("default").status()).isEqualTo(404);
    }

    private static Arguments route(String name, BiFunction<User, String, Answer> call) {
        return Arguments.of(name, call);
    }

    private static String statusOf(Answer session, String stepId) {
        return session.json()
                .at("/steps")
                .valueStream()
                .filter(step -> step.path("stepId").asString().equals(stepId))
                .map(step -> step.path("status").asString())
                .findFirst()
                .orElseThrow();
    }

    private static List<String> pointers(Answer problem) {
        return problem.json()
                .at("/errors")
                .valueStream()
                .map(error -> error.path("pointer").asString())
                .toList();
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).toList();
    }
}
