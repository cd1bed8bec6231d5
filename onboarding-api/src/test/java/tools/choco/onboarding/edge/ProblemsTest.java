package tools.choco.onboarding.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.messaging.MetaData;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Outage;
import tools.choco.onboarding.testing.RawHttp;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Signer;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;
import tools.choco.onboarding.testing.Watch;

/** Every problem of the contract, as it happens. */
class ProblemsTest {

    private static final Pattern CODE_ROW =
            Pattern.compile("^ *\\| `([a-z_]+)` \\| (\\d{3}) \\|", Pattern.MULTILINE);

    /** More requests at once than any test but the one about the limit makes with one subject. */
    private static final int BURST = 30;

    private static RunningService service;

    @BeforeAll
    static void start() {
        service =
                RunningService.start(
                        "onboarding.webhooks.webhooks-max=1",
                        "onboarding.ingest.body-timeout=PT1S",
                        "onboarding.edge.requests-burst=" + BURST,
                        "onboarding.edge.requests-per-second=1",
                        "onboarding.watch.streams-per-user-max=1",
                        "onboarding.claims.sites-per-session-max=1",
                        "onboarding.database.connect-timeout=PT1S");
    }

    @AfterAll
    static void end() {
        service.close();
    }

    /** A problem, and a request that meets it. */
    record Cause(String code, String name, Supplier<Answer> request) {
        @Override
        public String toString() {
            return code + ": " + name;
        }
    }

    static Stream<Cause> causes() {
        return Stream.of(
                cause(
                        "bad_request",
                        "an encoded slash",
                        () ->
                                RawHttp.send(
                                        service.address(),
                                        """
                                        GET /onboarding/sessions/a%2fb HTTP/1.1\r
                                        Host: localhost\r
                                        Connection: close\r
                                        \r
                                        """)),
                body("malformed_json", "half an object", "{\"sessionId\":"),
                body("malformed_json", "no JSON", "hello"),
                body("malformed_json", "nothing", ""),
                body("wrong_type", "two values", "{} {}"),
                body("malformed_json", "a comment", "{/* hi */}"),
                body("unknown_field", "one more", "{\"sessionId\":\"a\",\"stepId\":\"b\",\"x\":1}"),
                body("wrong_type", "a number for text", "{\"sessionId\":7,\"stepId\":\"b\"}"),
                body("wrong_type", "a boolean for text", "{\"sessionId\":true,\"stepId\":\"b\"}"),
                body("wrong_type", "a list for text", "{\"sessionId\":[\"a\"],\"stepId\":\"b\"}"),
                body("wrong_type", "an object for text", "{\"sessionId\":{},\"stepId\":\"b\"}"),
                body(
                        "wrong_type",
                        "text for a number",
                        "{\"sessionId\":\"a\",\"stepId\":\"b\",\"revision\":\"1\"}"),
                body(
                        "wrong_type",
                        "a fraction",
                        "{\"sessionId\":\"a\",\"stepId\":\"b\",\"revision\":1.5}"),
                body("wrong_type", "a list for the body", "[]"),
                body("wrong_type", "text for the body", "\"hello\""),
                body("missing_field", "no step", "{\"sessionId\":\"a\"}"),
                body("missing_field", "null", "{\"sessionId\":\"a\",\"stepId\":null}"),
                body(
                        "invalid_value",
                        "too long",
                        "{\"sessionId\":\"%s\",\"stepId\":\"b\"}".formatted("x".repeat(65))),
                body("invalid_value", "empty", "{\"sessionId\":\"a\",\"stepId\":\"\"}"),
                body(
                        "invalid_value",
                        "revision 0",
                        "{\"sessionId\":\"a\",\"stepId\":\"b\",\"revision\":0}"),
                get(
                        "invalid_parameter",
                        "a long flow",
                        "/onboarding/session?flowId=" + "x".repeat(65)),
                analysis("invalid_parameter", "a status", "/sessions?status=done"),
                analysis("invalid_parameter", "a limit", "/sessions?limit=501"),
                analysis("invalid_parameter", "no number", "/sessions?limit=many"),
                analysis("invalid_parameter", "a cursor", "/sessions?cursor=abc"),
                analysis("invalid_parameter", "a day", "/funnels/onboarding?from=yesterday"),
                cause(
                        "invalid_idempotency_key",
                        "with a space",
                        () -> user().withKey("a key").start("quick")),
                cause(
                        "invalid_idempotency_key",
                        "too long",
                        () -> user().withKey("k".repeat(256)).start("quick")),
                cause(
                        "invalid_if_match",
                        "weak",
                        () -> user().with("If-Match", "W/\"1\"").start("quick")),
                cause(
                        "invalid_if_match",
                        "unquoted",
                        () -> user().with("If-Match", "1").start("quick")),
                cause("invalid_last_event_id", "no number", () -> watch(user(), "x")),
                cause(
                        "invalid_last_event_id",
                        "not reached yet",
                        () -> watch(user(), "9".repeat(18))),
                cause("invalid_ticket", "made up", ProblemsTest::watchWithATicketOfNobody),
                cause("too_many_streams", "one more", ProblemsTest::watchOnceMore),
                cause("missing_token", "none", () -> service.client().get("/onboarding/session")),
                cause(
                        "invalid_token",
                        "rubbish",
                        () -> service.client().withToken("a.b.c").get("/onboarding/session")),
                cause(
                        "missing_signature",
                        "none",
                        () -> service.client().post("/ingest/events", "[]")),
                cause("invalid_signature", "of nobody", () -> Signer.ofNobody(service).send("[]")),
                cause(
                        "signature_expired",
                        "of an hour ago",
                        () ->
                                Signer.of(service)
                                        .at(service.clock().instant().minusSeconds(3600))
                                        .send("[]")),
                cause(
                        "too_many_events",
                        "one more",
                        () -> Signer.of(service).send("[" + "0,".repeat(5_000) + "0]")),
                cause("body_too_slow", "a byte now and then", ProblemsTest::dripABatch),
                cause("insufficient_scope", "a user's", () -> user().client().get("/sessions")),
                cause(
                        "workspace_forbidden",
                        "not in the token",
                        ProblemsTest::startInForeignWorkspace),
                cause(
                        "not_found",
                        "no such route",
                        () -> user().client().unrouted("GET", "/onboarding/nothing")),
                analysis("window_unknown", "no such window", "/funnels/onboarding?window=2d"),
                analysis("order_unknown", "no such order", "/funnels/onboarding?order=loose"),
                analysis(
                        "breakdown_unknown", "no such dimension", "/funnels/portal?breakdown=flow"),
                analysis("filter_unknown", "no such filter", "/funnels/portal?filter.flow=quick"),
                analysis("funnel_unknown", "no such funnel", "/funnels/other"),
                analysis(
                        "stage_unknown",
                        "no such stage",
                        "/funnels/onboarding/stages/paid/sessions"),
                cause("session_not_found", "none yet", () -> user().mine("quick")),
                cause(
                        "session_not_found",
                        "an id of nobody's",
                        () -> user().skip(UUID.randomUUID().toString(), "tools")),
                cause("session_not_found", "no id", () -> user().read("no-id")),
                cause(
                        "session_not_found",
                        "another user's",
                        () -> user().read(user().started("quick"))),
                cause(
                        "session_not_found",
                        "an operator's",
                        () ->
                                service.operator()
                                        .post(
                                                "/ops/sessions/%s/reset"
                                                        .formatted(UUID.randomUUID()),
                                                "{\"reason\":\"x\"}")),
                cause(
                        "method_not_allowed",
                        "DELETE",
                        () -> user().client().unrouted("DELETE", "/onboarding/session")),
                cause(
                        "method_not_allowed",
                        "GET of a write",
                        () -> user().client().unrouted("GET", "/onboarding/start")),
                cause(
                        "not_acceptable",
                        "a picture",
                        () -> user().with("Accept", "image/png").start("quick")),
                cause("session_completed", "skip", ProblemsTest::skipAfterTheEnd),
                cause("session_reset", "skip", ProblemsTest::skipAfterAReset),
                cause("step_already_completed", "skip", ProblemsTest::skipWhatIsCompleted),
                cause("step_not_reopenable", "a live site", ProblemsTest::reopenALiveSite),
                cause(
                        "revision_conflict",
                        "another tab",
                        () -> {
                            User user = user();
                            String session = user.started("quick");
                            user.skip(session, "tools");
                            return user.complete(session, "tools", "{\"tools\":[]}", 1L);
                        }),
                cause("workspace_fixed", "another one", ProblemsTest::changeTheWorkspace),
                cause(
                        "precondition_failed",
                        "a step behind",
                        () -> {
                            User user = user();
                            return user.with("If-Match", "\"9\"")
                                    .skip(user.started("quick"), "tools");
                        }),
                cause(
                        "body_too_large",
                        "by its length",
                        () ->
                                user().client()
                                        .post(
                                                "/onboarding/step",
                                                "{\"x\":\"%s\"}".formatted("x".repeat(70_000)))),
                cause("body_too_large", "in chunks", ProblemsTest::sendTooManyChunks),
                cause(
                        "unsupported_media_type",
                        "a form",
                        () ->
                                user().with("Content-Type", "application/x-www-form-urlencoded")
                                        .start("quick")),
                get("flow_unknown", "the manifest", "/onboarding/manifest?flowId=other"),
                cause("flow_unknown", "start", () -> user().start("other")),
                inDefault("step_unknown", (user, session) -> user.skip(session, "nothing")),
                inDefault(
                        "step_kind_mismatch",
                        (user, session) -> user.complete(session, "path", "{}", null)),
                inDefault("step_not_skippable", (user, session) -> user.skip(session, "profile")),
                inDefault("path_unknown", (user, session) -> user.choose(session, "shop")),
                inDefault(
                        "answers_invalid",
                        (user, session) -> user.complete(session, "profile", "{}", null)),
                inDefault(
                        "answers_invalid",
                        (user, session) -> user.complete(session, "profile", "[]", null)),
                inDefault("requirements_open", User::finish),
                inDefault(
                        "revision_unknown",
                        (user, session) -> user.complete(session, "tools", "{\"tools\":[]}", 99L)),
                inDefault(
                        "idempotency_key_reused",
                        (user, session) -> {
                            user.withKey("k").skip(session, "tools");
                            return user.withKey("k").skip(session, "invite");
                        }),
                cause("github_login_taken", "another user's", ProblemsTest::linkTwice),
                cause("too_many_webhooks", "one more", ProblemsTest::subscribeTwice),
                cause(
                        "site_not_found",
                        "nobody's",
                        () -> user().site(UUID.randomUUID().toString())),
                cause("site_not_found", "no id", () -> user().site("no-id")),
                inDefault(
                        "slug_invalid",
                        (user, session) -> user.requestSite(session, "No", "user_git")),
                inDefault(
                        "slug_reserved",
                        (user, session) -> user.requestSite(session, "www", "user_git")),
                inDefault("slug_taken", ProblemsTest::askForATakenSlug),
                inDefault("template_unknown", ProblemsTest::askForAnUnknownTemplate),
                inDefault(
                        "too_many_sites",
                        (user, session) -> {
                            user.requestSite(session, user.subject(), "user_git");
                            return user.requestSite(session, user.subject() + "-2", "user_git");
                        }),
                inDefault(
                        "site_already_requested",
                        (user, session) -> {
                            user.requestSite(session, user.subject(), "user_git");
                            return user.requestSite(session, user.subject(), "platform_template");
                        }),
                ofSite("user_git", "site_not_failed", (user, site) -> user.act(site, "retry")),
                ofSite("user_git", "site_not_adoptable", (user, site) -> user.act(site, "adopt")),
                ofSite(
                        "platform_template",
                        "site_hosted_by_platform",
                        (user, site) -> user.act(site, "start")),
                ofSite(
                        "platform_template",
                        "github_link_required",
                        (user, site) -> user.act(site, "adopt")),
                ofSite(
                        "platform_template",
                        "github_repo_invalid",
                        (user, site) ->
                                user.client()
                                        .post(
                                                "/sites/" + site + "/adopt",
                                                "{\"githubRepo\":\"no repository\"}")),
                ofSite(
                        "platform_template",
                        "site_already_adopted",
                        (user, site) -> {
                            user.linkGithub();
                            user.act(site, "adopt");
                            return user.act(site, "adopt");
                        }),
                cause("user_unknown", "nobody", () -> operate("/ops/users/nobody-at-all/erase")),
                cause(
                        "processor_unknown",
                        "no name of one",
                        () -> operate("/ops/processors/nobody/stop")),
                cause(
                        "processor_not_splittable",
                        "the saga",
                        () -> operate("/ops/processors/site-provisioning/split")),
                cause(
                        "segment_not_available",
                        "a single segment",
                        () -> operate("/ops/processors/funnel_g1/merge")),
                cause(
                        "dead_letter_unknown",
                        "no number of one",
                        () -> operate("/ops/dead-letters/999999999/retry")),
                cause(
                        "dead_letter_waits",
                        "the second",
                        () -> operate("/ops/dead-letters/" + secondLetter() + "/discard")),
                cause(
                        "generation_of_another_version",
                        "a generation that is gone",
                        () -> operate("/ops/dead-letters/" + secondLetter() + "/retry")),
                cause(
                        "stream_off",
                        "no NATS",
                        () -> service.operator().post("/ops/stream/rebuild", "{\"reason\":\"x\"}")),
                cause("rate_limited", "a burst", ProblemsTest::exceedTheBurst),
                cause("internal_error", "a damaged table", ProblemsTest::readADamagedTable),
                cause("unavailable", "no database", ProblemsTest::askWithoutADatabase),
                cause("unavailable", "no database, a list", ProblemsTest::listWithoutADatabase));
    }

    @ParameterizedTest
    @MethodSource("causes")
    void answersWithTheCode(Cause cause) {
        Answer answer = cause.request().get();

        assertThat(answer.at("/code")).isEqualTo(cause.code());
        assertThat(String.valueOf(answer.status())).isEqualTo(codes().get(cause.code()));
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.at("/requestId")).isEqualTo(answer.header("X-Request-Id"));
        assertThat(answer.text()).doesNotContainPattern(Leaks.PATTERN);
        if (answer.status() == 429 || answer.status() == 503) {
            assertThat(answer.header("Retry-After")).matches("[1-9][0-9]*");
        }
    }

    @Test
    void meetsEveryCodeOfTheContract() {
        assertThat(causes().map(Cause::code).distinct())
                .containsExactlyInAnyOrderElementsOf(
                        codes().keySet().stream()
                                // Those take read models in some state: the replays' own tests.
                                .filter(code -> !code.startsWith("replay_"))
                                .toList());
    }

    @Test
    void namesEveryPlaceThatIsWrong() {
        Answer answer =
                user().client()
                        .post(
                                "/onboarding/step/skip",
                                "{\"sessionId\":\"\",\"stepId\":\"%s\"}".formatted("x".repeat(65)));

        assertThat(answer.at("/code")).isEqualTo("invalid_value");
        assertThat(
                        answer.json()
                                .at("/errors")
                                .valueStream()
                                .map(
                                        it ->
                                                it.path("pointer").asString()
                                                        + " "
                                                        + it.path("code").asString()))
                .containsExactlyInAnyOrder(
                        "/sessionId invalid_value",
                        "/stepId invalid_value",
                        "/reason missing_field");
    }

    @Test
    void namesEveryAnswerThatIsWrong() {
        User user = user();
        Answer answer =
                user.complete(
                        user.started("quick"), "profile", "{\"firstName\":7,\"colour\":1}", null);

        assertThat(
                        answer.json()
                                .at("/errors")
                                .valueStream()
                                .map(
                                        it ->
                                                it.path("pointer").asString()
                                                        + " "
                                                        + it.path("code").asString()))
                .containsExactlyInAnyOrder(
                        "/answers/lastName required",
                        "/answers/firstName wrong_type",
                        "/answers/colour unknown_member");
    }

    @Test
    void namesTheAllowedMethods() {
        assertThat(user().client().unrouted("PUT", "/onboarding/session").header("Allow"))
                .contains("GET");
    }

    @Test
    void limitsEachPrincipalByItself() {
        User busy = user();
        User calm = user();
        assertThat(Stream.generate(() -> busy.mine("quick").status()).limit(100)).contains(429);

        assertThat(calm.mine("quick").status()).isEqualTo(404);
    }

    private static Map<String, String> codes() {
        Map<String, String> codes = new LinkedHashMap<>();
        CODE_ROW.matcher(service.client().get("/openapi.yaml").text())
                .results()
                .forEach(row -> codes.put(row.group(1), row.group(2)));
        return codes;
    }

    private static User user() {
        return User.of(service);
    }

    private static Cause cause(String code, String name, Supplier<Answer> request) {
        return new Cause(code, name, request);
    }

    private static Cause body(String code, String name, String body) {
        return cause(code, name, () -> user().client().post("/onboarding/step", body));
    }

    private static Cause get(String code, String name, String target) {
        return cause(code, name, () -> user().client().get(target));
    }

    private static Cause analysis(String code, String name, String target) {
        return cause(
                code,
                name,
                () -> service.client().as(user().subject(), "analytics:read").get(target));
    }

    private interface InSession {
        Answer request(User user, String session);
    }

    private static Cause inDefault(String code, InSession request) {
        return cause(
                code,
                "in the default flow",
                () -> {
                    User user = user();
                    return request.request(user, user.started("default"));
                });
    }

    /** A request about a site that the user has just asked for. */
    private static Cause ofSite(String hostingMode, String code, InSession request) {
        return inDefault(
                code,
                (user, session) ->
                        request.request(
                                user,
                                user.requestSite(session, user.subject(), hostingMode)
                                        .required("/siteId")));
    }

    private static Answer askForATakenSlug(User user, String session) {
        User first = user();
        first.requestSite(first.started("default"), first.subject(), "user_git");
        return user.requestSite(session, first.subject(), "user_git");
    }

    private static Answer askForAnUnknownTemplate(User user, String session) {
        return user.client()
                .post(
                        "/onboarding/site",
                        """
                        {"sessionId":"%s","slug":"%s","hostingMode":"user_git",
                        "templateId":"shop"}"""
                                .formatted(session, user.subject()));
    }

    private static Answer watch(User user, String lastEventId) {
        return user.with("Last-Event-ID", lastEventId)
                .client()
                .get("/onboarding/sessions/" + user.started("quick") + "/events");
    }

    private static Answer watchWithATicketOfNobody() {
        return service.client()
                .get(
                        "/onboarding/sessions/%s/events?ticket=%s"
                                .formatted(user().started("quick"), "a".repeat(43)));
    }

    private static Answer watchOnceMore() {
        User user = user();
        String route = "/onboarding/sessions/" + user.started("quick") + "/events";
        try (Watch _ = user.client().watch(route)) {
            return user.client().get(route);
        }
    }

    private static Answer startInForeignWorkspace() {
        String token =
                service.client()
                        .localToken(
                                "limited",
                                List.of("onboarding:write"),
                                "\"workspaces\":[\"ws-1\"]");
        return service.client()
                .withToken(token)
                .post("/onboarding/start", "{\"flowId\":\"quick\",\"workspaceId\":\"ws-2\"}");
    }

    private static Answer changeTheWorkspace() {
        User user = user();
        String session =
                user.client()
                        .post(
                                "/onboarding/start",
                                "{\"flowId\":\"quick\",\"workspaceId\":\"ws-2\"}")
                        .required("/sessionId");
        return user.complete(session, "workspace-hub");
    }

    private static Answer skipAfterTheEnd() {
        User user = user();
        return user.skip(user.finishedQuick(), "tools");
    }

    private static Answer skipAfterAReset() {
        User user = user();
        String session = user.started("quick");
        user.reset(session);
        return user.skip(session, "tools");
    }

    private static Answer skipWhatIsCompleted() {
        User user = user();
        String session = user.started("quick");
        user.complete(session, "tools");
        return user.skip(session, "tools");
    }

    /** No route makes a site yet, so its event is appended as the site's own would be. */
    private static Answer reopenALiveSite() {
        User user = user();
        String session = user.started("default");
        service.part(EventLog.class)
                .eventStore()
                .publish(
                        new GenericDomainEventMessage<>(
                                "OnboardingSession",
                                session,
                                1,
                                OnboardingStepCompleted.newBuilder()
                                        .setSessionId(session)
                                        .setUserId(user.subject())
                                        .setOccurredAt(EventTime.toProto(Instant.now()))
                                        .setStepId("site")
                                        .setOrdinal(8)
                                        .setSiteId(UUID.randomUUID().toString())
                                        .build(),
                                MetaData.with(EventMetadata.ACTOR, "sites")
                                        .and(EventMetadata.CORRELATION_ID, "test")));
        return user.reopen(session, "site");
    }

    private static Answer sendTooManyChunks() {
        String token = service.client().localToken("chunks", List.of("onboarding:write"), null);
        StringBuilder request =
                new StringBuilder(
                        """
                        POST /onboarding/step HTTP/1.1\r
                        Host: localhost\r
                        Authorization: Bearer %s\r
                        Content-Type: application/json\r
                        Transfer-Encoding: chunked\r
                        Connection: close\r
                        \r
                        """
                                .formatted(token));
        request.append(RawHttp.chunk("{\"answers\":\""));
        for (int i = 0; i < 70; i++) {
            request.append(RawHttp.chunk("x".repeat(1_000)));
        }
        request.append(RawHttp.chunk("\"}")).append("0\r\n\r\n");
        return RawHttp.send(service.address(), request.toString());
    }

    private static Answer dripABatch() {
        return RawHttp.drip(
                service.address(),
                """
                POST /ingest/events HTTP/1.1\r
                Host: localhost\r
                Content-Type: application/json\r
                Content-Length: 4000000\r
                webhook-id: msg_1\r
                webhook-timestamp: %d\r
                webhook-signature: v1,%s=\r
                \r
                """
                        .formatted(service.clock().instant().getEpochSecond(), "A".repeat(43)));
    }

    private static Answer linkTwice() {
        String login = user().subject();
        user().linkGithub(login, "a-token-of-one");
        return user().linkGithub(login.toUpperCase(Locale.ROOT), "a-token-of-another");
    }

    private static Answer subscribeTwice() {
        String body =
                """
                {"url": "https://hooks.invalid/", "eventTypes": ["site.*"], "reason": "a test"}""";
        Answer _ = service.operator().post("/webhooks", body);
        return service.operator().post("/webhooks", body);
    }

    private static Answer exceedTheBurst() {
        User user = user();
        for (int i = 0; i < BURST; i++) {
            assertThat(user.mine("quick").status()).isEqualTo(404);
        }
        return Stream.generate(() -> user.mine("quick"))
                .limit(100)
                .filter(answer -> answer.status() == 429)
                .findFirst()
                .orElseThrow();
    }

    private static Answer operate(String route) {
        return service.operator().post(route, "{\"reason\":\"a test\"}");
    }

    /** The second of two letters of a generation that nobody keeps. */
    private static String secondLetter() {
        String sequence = UUID.randomUUID().toString();
        return Tables.of(service)
                .texts(
                        """
                        INSERT INTO dead_letters
                            (processor, sequence_key, position, event_id, event_type, parked_at)
                        VALUES ('gone_g1', ?, 1, gen_random_uuid(), 'x', now()),
                            ('gone_g1', ?, 2, gen_random_uuid(), 'x', now())
                        RETURNING id::text""",
                        sequence,
                        sequence)
                .getLast();
    }

    private static Answer readADamagedTable() {
        Tables tables = Tables.of(service);
        var analyst = service.client().as(user().subject(), "analytics:read");
        tables.update("ALTER TABLE sessionview_g1.session_view RENAME TO session_view_gone");
        try {
            return analyst.get("/sessions");
        } finally {
            tables.update("ALTER TABLE sessionview_g1.session_view_gone RENAME TO session_view");
        }
    }

    private static Answer askWithoutADatabase() {
        User user = user();
        try (Outage _ = Outage.of(service)) {
            Answer ready = service.client().get("/health/ready");
            assertThat(ready.status()).isEqualTo(503);
            assertThat(ready.at("/components/database/status")).isEqualTo("DOWN");
            assertThat(service.client().get("/health").status()).isEqualTo(200);
            return user.start("quick");
        }
    }

    private static Answer listWithoutADatabase() {
        var analyst = service.client().as(user().subject(), "analytics:read");
        try (Outage _ = Outage.of(service)) {
            return analyst.get("/sessions");
        }
    }
}
