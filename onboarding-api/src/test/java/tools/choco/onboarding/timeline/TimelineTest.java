package tools.choco.onboarding.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.messaging.MetaData;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.eventlog.PostgresEventStore;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.choco.onboarding.provisioning.HostingFailure;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.Slug;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.RecordingHost;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.User;
import tools.jackson.databind.JsonNode;

class TimelineTest {

    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(20);

    private static final String SLUG = "ada-of-the-timeline";

    private static RunningService service;
    private static Client analyst;
    private static User user;
    private static String session;
    private static String site;

    /** A refusal, a skip, a site that fails and is tried again by an operator, the end. */
    @BeforeAll
    static void live() {
        RecordingHost host = new RecordingHost();
        service = RunningService.startWith(host::replaceHosting);
        analyst = service.analyst();
        user = User.of(service);
        user.linkGithub();
        session = user.started("default");
        user.complete(session, "profile", "{\"firstName\":\"Ada\"}", null);
        user.complete(session, "profile");
        user.skip(session, "tools");
        user.choose(session, "blog");
        site = SiteId.of(new SessionId(session), new Slug(SLUG)).value();
        host.atNext(
                RecordingHost.SOURCE,
                site,
                () -> {
                    throw new HostingFailure(
                            HostingFailure.Kind.USER_ACTION, "The name of Ada is taken.", null);
                });
        user.requestSite(session, SLUG, "user_git");
        awaitState("failed");
        service.operator()
                .post(
                        "/ops/provisioning/retry",
                        "{\"siteIds\":[\"%s\"],\"reason\":\"she asked\"}".formatted(site));
        awaitState("live");
    }

    @AfterAll
    static void end() {
        service.close();
    }

    @Test
    void tellsOneStoryInTheOrderOfTheLog() {
        List<JsonNode> items = items(analyst.get("/sessions/" + session + "/timeline"));

        assertThat(texts(items, "eventType"))
                .startsWith(
                        "onboarding.started",
                        "refusal.command_refused",
                        "onboarding.step_completed",
                        "onboarding.step_skipped",
                        "onboarding.path_selected",
                        "site.provision_requested",
                        "site.state_changed",
                        "site.state_changed",
                        "site.provision_failed",
                        "site.provision_requested")
                .contains("site.provision_completed");
        assertThat(items.stream().map(it -> it.path("position").asLong()).toList())
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(texts(items, "aggregate").subList(0, 6))
                .containsExactly("session", "refusals", "session", "session", "session", "site");
        assertThat(items)
                .allSatisfy(
                        it -> {
                            assertThat(it.path("eventId").asString()).isNotEmpty();
                            assertThat(it.path("correlationId").isString()).isTrue();
                        });
    }

    @Test
    void saysWhoDidItAndWhatLedToIt() {
        List<JsonNode> items = items(analyst.get("/sessions/" + session + "/timeline"));
        List<JsonNode> requests = ofType(items, "site.provision_requested");
        List<JsonNode> hops = ofType(items, "site.state_changed");
        JsonNode byTheSite =
                items.stream()
                        .filter(it -> it.path("fields").path("stepId").asString("").equals("site"))
                        .findFirst()
                        .orElseThrow();

        assertThat(texts(requests, "actor")).containsExactly("user", "operator");
        assertThat(texts(hops, "actor")).containsOnly("service");
        assertThat(requests.getFirst().path("causationId").isNull()).isTrue();
        assertThat(byTheSite.path("causationId").asString())
                .isEqualTo(
                        ofType(items, "site.provision_completed")
                                .getFirst()
                                .path("eventId")
                                .asString());
    }

    @Test
    void tellsRetries() {
        List<JsonNode> items = items(analyst.get("/sessions/" + session + "/timeline"));
        List<JsonNode> requests = ofType(items, "site.provision_requested");
        JsonNode failed = ofType(items, "site.provision_failed").getFirst();

        assertThat(texts(requests, "attempt")).containsExactly("1", "2");
        assertThat(texts(requests, "retried")).containsExactly("false", "true");
        assertThat(failed.path("attempt").asInt()).isEqualTo(1);
        assertThat(failed.path("fields").path("errorKind").asString()).isEqualTo("user_action");
        assertThat(items.getFirst().path("attempt").isNull()).isTrue();
    }

    @Test
    void tellsOfARefusalByCodeAndPlace() {
        JsonNode refusal =
                ofType(
                                items(analyst.get("/sessions/" + session + "/timeline")),
                                "refusal.command_refused")
                        .getFirst()
                        .path("fields");

        assertThat(refusal.path("command").asString()).isEqualTo("complete_step");
        assertThat(refusal.path("stepId").asString()).isEqualTo("profile");
        assertThat(refusal.path("code").asString()).isNotEmpty();
        assertThat(refusal.path("issues").get(0).asString()).startsWith("/");
    }

    @Test
    void namesNobodyAndNothingThatOneWrote() {
        assertThat(analyst.get("/sessions/" + session + "/timeline").text())
                .doesNotContain(
                        "Lovelace", "Ada", SLUG, "she asked", "later", user.subject(), "answers\"");
    }

    @Test
    void comesInPages() {
        List<JsonNode> all = items(analyst.get("/sessions/" + session + "/timeline?limit=500"));
        List<JsonNode> paged = new ArrayList<>();
        String cursor = null;
        do {
            Answer page =
                    analyst.get(
                            "/sessions/%s/timeline?limit=4%s"
                                    .formatted(session, cursor == null ? "" : "&cursor=" + cursor));
            assertThat(items(page)).hasSizeLessThanOrEqualTo(4).isNotEmpty();
            paged.addAll(items(page));
            cursor = page.at("/nextCursor");
        } while (cursor != null);

        assertThat(all).hasSizeGreaterThan(12);
        assertThat(paged).isEqualTo(all);
    }

    @Test
    void tellsWhatAnotherServiceTold() {
        String id = UUID.randomUUID().toString();
        service.part(PostgresEventStore.class)
                .publish(
                        new GenericDomainEventMessage<>(
                                EventType.EXTERNAL_SESSION,
                                id,
                                0,
                                ExternalEventReceived.newBuilder()
                                        .setExternalSessionId(id)
                                        .setSourceService("hosting-portal")
                                        .setSourceSessionId("grace@example.org")
                                        .setSourceEventId("e-1")
                                        .setSourceEventType("dns.applied")
                                        .setOccurredAt(
                                                Timestamp.newBuilder().setSeconds(1_770_000_000))
                                        .setReceivedAt(
                                                Timestamp.newBuilder().setSeconds(1_770_000_060))
                                        .setPayload(ByteString.copyFromUtf8("{\"secret\":1}"))
                                        .build(),
                                MetaData.with(EventMetadata.ACTOR, "hosting-portal")
                                        .and(EventMetadata.CORRELATION_ID, "c-1")));

        Answer answer = analyst.get("/sessions/" + id + "/timeline");

        assertThat(answer.at("/items/0/eventType")).isEqualTo("dns.applied");
        assertThat(answer.at("/items/0/aggregate")).isEqualTo("external_session");
        assertThat(answer.at("/items/0/actor")).isEqualTo("other_service");
        assertThat(answer.at("/items/0/occurredAt")).startsWith("2026-02-02T02:40:00");
        assertThat(answer.at("/items/0/fields/sourceService")).isEqualTo("hosting-portal");
        assertThat(answer.text()).doesNotContain("secret").doesNotContain("grace");
    }

    @Test
    void knowsNoOtherSession() {
        assertNotFound("no-id");
        assertNotFound(UUID.randomUUID().toString());
        assertNotFound(site);
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=501", "cursor=MDE5YTViMWU", "order=desc"})
    void refusesParametersThatDoNotFollowTheContract(String query) {
        Answer answer = analyst.get("/sessions/" + session + "/timeline?" + query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.at("/code")).isEqualTo("invalid_parameter");
    }

    @Test
    void isForAnalystsOnly() {
        assertThat(user.client().get("/sessions/" + session + "/timeline").status()).isEqualTo(403);
        assertThat(service.operator().get("/sessions/" + session + "/timeline").status())
                .isEqualTo(403);
    }

    private static void assertNotFound(String id) {
        Answer answer = analyst.get("/sessions/" + id + "/timeline");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.at("/code")).isEqualTo("session_not_found");
    }

    private static void awaitState(String state) {
        await().atMost(WAIT)
                .pollInterval(POLL)
                .until(() -> state.equals(user.site(site).at("/provisioning/state")));
        if (state.equals("live")) {
            await().atMost(WAIT)
                    .pollInterval(POLL)
                    .until(() -> user.read(session).text().contains("\"pendingVerification\":[]"));
        }
    }

    private static List<JsonNode> items(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        List<JsonNode> items = new ArrayList<>();
        answer.json().path("items").forEach(items::add);
        return items;
    }

    private static List<JsonNode> ofType(List<JsonNode> items, String type) {
        return items.stream().filter(it -> it.path("eventType").asString().equals(type)).toList();
    }

    private static List<String> texts(List<JsonNode> items, String member) {
        return items.stream().map(it -> it.path(member).asString()).toList();
    }
}
