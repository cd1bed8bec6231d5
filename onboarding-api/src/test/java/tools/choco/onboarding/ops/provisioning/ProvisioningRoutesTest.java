package tools.choco.onboarding.ops.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.events.audit.v1.OperatorActed;
import tools.choco.onboarding.provisioning.HostingFailure;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.Slug;
import tools.choco.onboarding.testing.Acts;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.RecordingHost;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.Tables;
import tools.choco.onboarding.testing.User;
import tools.jackson.databind.JsonNode;

class ProvisioningRoutesTest {

    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final AtomicInteger SLUGS = new AtomicInteger();

    private static RecordingHost host;
    private static RunningService service;
    private static Tables tables;
    private static Client operator;

    private final String reason = "ticket " + UUID.randomUUID();

    @BeforeAll
    static void start() {
        host = new RecordingHost();
        service =
                RunningService.startWith(
                        host::replaceHosting,
                        // A hop that failed in passing is not tried again while a test looks.
                        "onboarding.provisioning.backoff-initial=PT1H",
                        "onboarding.provisioning.backoff-max=PT1H");
        tables = Tables.of(service);
        operator = service.operator();
    }

    @AfterAll
    static void end() {
        service.close();
    }

    /** What earlier tests left matches no filter, so that each finds its own. */
    @BeforeEach
    void forgetWhatWas() {
        awaitReadModel();
        tables.update("UPDATE siteview_g1.provisioning_sagas SET state = 'live'");
    }

    /** A site, and whose it is. */
    private record Made(User user, String session, String slug, String id) {}

    @Test
    void showsWhatIsStuckWithEveryTry() {
        Made parked = parked();
        service.clock().advance(Duration.ofMinutes(10));
        Made stuck = stuck("The host is asleep.");
        service.clock().advance(Duration.ofMinutes(50));
        awaitReadModel();

        Answer all = operator.get("/ops/provisioning");

        assertThat(ids(all)).containsExactly(parked.id(), stuck.id());
        JsonNode site = all.json().at("/items/1");
        assertThat(site.path("sessionId").asString()).isEqualTo(stuck.session());
        assertThat(site.path("userId").asString()).isEqualTo(stuck.user().subject());
        assertThat(site.path("slug").asString()).isEqualTo(stuck.slug());
        assertThat(site.path("state").asString()).isEqualTo("source_resolving");
        assertThat(site.path("attempt").asInt()).isEqualTo(1);
        assertThat(site.path("sagaKind").asString()).isEqualTo("provision");
        assertThat(site.path("stuckForMs").asLong())
                .isBetween(Duration.ofMinutes(50).toMillis(), Duration.ofMinutes(51).toMillis());
        JsonNode last = site.path("attempts").valueStream().toList().getLast();
        assertThat(last.path("hop").asString()).isEqualTo("source_resolving");
        assertThat(last.path("tryNumber").asInt()).isEqualTo(1);
        assertThat(last.path("outcome").asString()).isEqualTo("again");
        assertThat(last.path("error").asString()).isEqualTo("The host is asleep.");

        assertThat(ids(operator.get("/ops/provisioning?state=awaiting_github")))
                .containsExactly(parked.id());
        assertThat(ids(operator.get("/ops/provisioning?stuckLongerThan=PT55M")))
                .containsExactly(parked.id());
        assertThat(ids(operator.get("/ops/provisioning?stuckLongerThan=P30D"))).isEmpty();
        assertThat(
                        ids(
                                operator.get(
                                        "/ops/provisioning?state=source_resolving&stuckLongerThan=PT1M")))
                .containsExactly(stuck.id());
    }

    @Test
    void showsWhoHasToActOnAFailure() {
        Made failed = failed();
        awaitReadModel();

        assertThat(ids(operator.get("/ops/provisioning"))).isEmpty();
        JsonNode site = operator.get("/ops/provisioning?state=failed").json().at("/items/0");
        assertThat(site.path("siteId").asString()).isEqualTo(failed.id());
        assertThat(site.path("errorKind").asString()).isEqualTo("user_action");
        assertThat(site.path("lastError").asString()).isEqualTo("The name is taken.");
    }

    @Test
    void pagesOverAllOfThem() {
        Set<String> made = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            made.add(parked().id());
        }
        awaitReadModel();

        List<String> found = new ArrayList<>();
        Answer page = operator.get("/ops/provisioning?limit=2");
        found.addAll(ids(page));
        while (page.at("/nextCursor") != null) {
            page = operator.get("/ops/provisioning?limit=2&cursor=" + page.required("/nextCursor"));
            found.addAll(ids(page));
        }

        assertThat(found).hasSize(5).containsExactlyInAnyOrderElementsOf(made);
    }

    @Test
    void retriesWhatFailedAndSaysWhatWouldNot() {
        Made failed = failed();
        Made parked = parked();
        Made welcome = welcome();
        String nowhere = UUID.randomUUID().toString();

        Answer answer =
                bulk(
                        "retry",
                        "\"siteIds\":[\"%s\",\"%s\",\"%s\",\"%s\",\"no-id\"]"
                                .formatted(failed.id(), parked.id(), welcome.id(), nowhere));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.at("/matched")).isEqualTo("5");
        assertThat(answer.at("/done")).isEqualTo("1");
        assertThat(refused(answer))
                .containsExactly(
                        parked.id() + " site_not_failed",
                        welcome.id() + " site_hosted_by_platform",
                        nowhere + " site_not_found",
                        "no-id site_not_found");
        awaitState(failed, "live");
        assertThat(failed.user().site(failed.id()).at("/provisioning/attempt")).isEqualTo("2");
        assertThat(audit())
                .extracting(
                        OperatorActed::getActor,
                        OperatorActed::getAction,
                        OperatorActed::getTarget,
                        OperatorActed::getOutcome)
                .containsExactly(
                        tuple("operator", "provisioning.retry", failed.id(), "done"),
                        tuple("operator", "provisioning.retry", parked.id(), "site_not_failed"),
                        tuple(
                                "operator",
                                "provisioning.retry",
                                welcome.id(),
                                "site_hosted_by_platform"),
                        tuple("operator", "provisioning.retry", nowhere, "site_not_found"),
                        tuple("operator", "provisioning.retry", "no-id", "site_not_found"));
    }

    @Test
    void startsWhatIsStuckNow() {
        Made stuck = stuck("The host is asleep.");
        Made parked = parked();
        service.clock().advance(Duration.ofMinutes(5));
        awaitReadModel();

        Answer answer = bulk("start", "\"stuckLongerThan\":\"PT4M\"");

        assertThat(answer.at("/matched")).isEqualTo("2");
        assertThat(answer.at("/done")).isEqualTo("2");
        assertThat(refused(answer)).isEmpty();
        awaitState(stuck, "live");
        assertThat(parked.user().site(parked.id()).at("/provisioning/state"))
                .isEqualTo("awaiting_github");
    }

    @Test
    void failsOnlyWhereTheStateMachineAllows() {
        Made stuck = stuck("The host is asleep.");
        Made parked = parked();
        awaitReadModel();

        Answer first = bulk("fail", "\"state\":\"source_resolving\"");
        Answer second = bulk("fail", "\"state\":\"awaiting_github\"");

        assertThat(first.at("/done")).isEqualTo("1");
        assertThat(second.at("/matched")).isEqualTo("1");
        assertThat(second.at("/done")).isEqualTo("0");
        assertThat(refused(second)).containsExactly(parked.id() + " fail_not_allowed");
        Answer failed = stuck.user().site(stuck.id());
        assertThat(failed.at("/provisioning/state")).isEqualTo("failed");
        assertThat(failed.at("/provisioning/errorKind")).isEqualTo("operator_action");
        assertThat(failed.text()).doesNotContain(reason);
        assertThat(parked.user().site(parked.id()).at("/provisioning/state"))
                .isEqualTo("awaiting_github");
        assertThat(audit())
                .extracting(OperatorActed::getAction, OperatorActed::getOutcome)
                .containsExactly(
                        tuple("provisioning.fail", "done"),
                        tuple("provisioning.fail", "fail_not_allowed"));
    }

    @Test
    void leavesASiteAloneThatHasMovedOn() {
        Made parked = parked();
        awaitReadModel();
        // As a read model that lags would have it.
        tables.update(
                "UPDATE siteview_g1.provisioning_sagas SET state = 'source_resolving'"
                        + " WHERE site_id = ?",
                parked.id());

        Answer answer = bulk("fail", "\"state\":\"source_resolving\"");

        assertThat(refused(answer)).containsExactly(parked.id() + " state_changed");
        assertThat(answer.at("/done")).isEqualTo("0");
    }

    @Test
    void goesOnWhereTheLimitEndedIt() {
        for (int i = 0; i < 5; i++) {
            parked();
        }
        awaitReadModel();

        Answer first = bulk("start", "\"state\":\"awaiting_github\",\"max\":3");
        Answer rest =
                bulk(
                        "start",
                        "\"state\":\"awaiting_github\",\"max\":3,\"cursor\":\"%s\""
                                .formatted(first.required("/nextCursor")));

        assertThat(first.at("/matched")).isEqualTo("5");
        assertThat(first.at("/done")).isEqualTo("3");
        assertThat(rest.at("/done")).isEqualTo("2");
        assertThat(rest.at("/nextCursor")).isNull();
        assertThat(audit()).extracting(OperatorActed::getTarget).doesNotHaveDuplicates().hasSize(5);
    }

    @Test
    void actsOnceUnderOneKey() {
        Made failed = failed();
        host.atNext(RecordingHost.PROJECT, failed.id(), () -> fail("Not again."));
        Client keyed = operator.with("Idempotency-Key", "key-" + failed.id());
        String body = "{\"siteIds\":[\"%s\"],\"reason\":\"once\"}".formatted(failed.id());
        keyed.post("/ops/provisioning/retry", body);
        awaitState(failed, "failed");
        assertThat(failed.user().site(failed.id()).at("/provisioning/attempt")).isEqualTo("2");

        Answer repeated = keyed.post("/ops/provisioning/retry", body);
        Answer other =
                keyed.post(
                        "/ops/provisioning/retry",
                        "{\"siteIds\":[\"%s\"],\"reason\":\"twice\"}".formatted(failed.id()));

        assertThat(repeated.at("/done")).isEqualTo("1");
        assertThat(failed.user().site(failed.id()).at("/provisioning/attempt")).isEqualTo("2");
        assertThat(refused(other)).containsExactly(failed.id() + " idempotency_key_reused");
    }

    @Test
    void holdsThePreconditionForEachSite() {
        Made failed = failed();

        Answer answer =
                operator.with("If-Match", "\"1\"")
                        .post(
                                "/ops/provisioning/retry",
                                "{\"siteIds\":[\"%s\"],\"reason\":\"x\"}".formatted(failed.id()));

        assertThat(refused(answer)).containsExactly(failed.id() + " precondition_failed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"reason\":\"x\"}",
                "{\"state\":\"failed\",\"siteIds\":[\"a\"],\"reason\":\"x\"}",
                "{\"state\":\"on_fire\",\"reason\":\"x\"}",
                "{\"state\":\"failed\"}",
                "{\"state\":\"failed\",\"reason\":\"\"}",
                "{\"state\":\"failed\",\"reason\":\"x\",\"max\":0}",
                "{\"state\":\"failed\",\"reason\":\"x\",\"max\":501}",
                "{\"state\":\"failed\",\"reason\":\"x\",\"cursor\":\"abc\"}",
                "{\"stuckLongerThan\":\"an hour\",\"reason\":\"x\"}",
                "{\"stuckLongerThan\":\"-PT1H\",\"reason\":\"x\"}",
                "{\"siteIds\":[],\"reason\":\"x\"}",
                "{\"siteIds\":[null],\"reason\":\"x\"}",
                "{\"siteIds\":[\"a b\"],\"reason\":\"x\"}",
            })
    void refusesWhatIsNotClear(String body) {
        Answer answer = operator.post("/ops/provisioning/fail", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.at("/code")).isIn("invalid_value", "missing_field", "invalid_parameter");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state=on_fire",
                "stuckLongerThan=an-hour",
                "stuckLongerThan=-PT1H",
                "limit=501",
                "cursor=abc",
                "status=failed",
            })
    void refusesAFilterThatIsNone(String query) {
        assertThat(operator.get("/ops/provisioning?" + query).at("/code"))
                .isEqualTo("invalid_parameter");
    }

    @Test
    void isForOperatorsOnly() {
        User user = User.of(service);

        assertThat(user.client().get("/ops/provisioning").status()).isEqualTo(403);
        assertThat(
                        user.client()
                                .post(
                                        "/ops/provisioning/fail",
                                        "{\"state\":\"failed\",\"reason\":\"x\"}")
                                .status())
                .isEqualTo(403);
    }

    private Answer bulk(String act, String members) {
        return operator.post(
                "/ops/provisioning/" + act, "{%s,\"reason\":\"%s\"}".formatted(members, reason));
    }

    /** A site that waits for GitHub. */
    private static Made parked() {
        Made made = made("user_git", null);
        awaitState(made, "awaiting_github");
        return made;
    }

    /** A site whose host fails in passing, so that it is tried again in an hour. */
    private static Made stuck(String error) {
        Made made = made("user_git", () -> fail(HostingFailure.Kind.PASSING, error));
        await().atMost(WAIT)
                .pollInterval(POLL)
                .until(
                        () ->
                                tables.count(
                                                """
                                                SELECT count(*) FROM hop_attempts
                                                WHERE site_id = ?::uuid AND outcome = 'again'""",
                                                made.id())
                                        == 1);
        return made;
    }

    private static Made failed() {
        Made made = made("user_git", () -> fail("The name is taken."));
        awaitState(made, "failed");
        return made;
    }

    private static Made welcome() {
        return made("platform_template", null);
    }

    /** A site whose user has linked GitHub if its host is to fail first. */
    private static Made made(String mode, @Nullable Runnable atSource) {
        User user = User.of(service);
        String session = user.started("default");
        String slug = "ops-%05d".formatted(SLUGS.incrementAndGet());
        String id = SiteId.of(new SessionId(session), new Slug(slug)).value();
        if (atSource != null) {
            user.linkGithub();
            host.atNext(RecordingHost.SOURCE, id, atSource);
        }
        user.requestSite(session, slug, mode);
        return new Made(user, session, slug, id);
    }

    private static void fail(HostingFailure.Kind kind, String message) {
        throw new HostingFailure(kind, message, null);
    }

    private static void fail(String message) {
        fail(HostingFailure.Kind.USER_ACTION, message);
    }

    private static void awaitState(Made made, String state) {
        await().atMost(WAIT)
                .pollInterval(POLL)
                .untilAsserted(
                        () ->
                                assertThat(made.user().site(made.id()).at("/provisioning/state"))
                                        .isEqualTo(state));
    }

    /** Waits until the read model has applied every event of a site. */
    private static void awaitReadModel() {
        await().atMost(WAIT)
                .pollInterval(POLL)
                .untilAsserted(
                        () ->
                                assertThat(
                                                tables.count(
                                                        """
                                                        SELECT count(*) FROM events
                                                        JOIN event_kinds USING (kind)
                                                        WHERE aggregate_type = 'Site'"""))
                                        .isEqualTo(
                                                tables.count(
                                                        "SELECT coalesce(sum(events), 0) FROM siteview_g1.sites")));
    }

    private static List<String> ids(Answer answer) {
        return answer.json()
                .at("/items")
                .valueStream()
                .map(site -> site.path("siteId").asString())
                .toList();
    }

    private static List<String> refused(Answer answer) {
        return answer.json()
                .at("/refused")
                .valueStream()
                .map(it -> it.path("siteId").asString() + " " + it.path("code").asString())
                .toList();
    }

    /** What was written down with this test's reason, in order. */
    private List<OperatorActed> audit() {
        return Acts.of(service).because(reason);
    }
}
