package tools.choco.onboarding.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.User;
import tools.jackson.databind.JsonNode;

class AnalyticsRoutesTest {

    private static final String MARKER = "Lovelace";

    private static RunningService service;
    private static Client analyst;

    /** The sessions of the test, by what became of them. */
    private static final Map<String, String> SESSIONS = new HashMap<>();

    private static final Map<String, String> USERS = new HashMap<>();

    @BeforeAll
    static void start() {
        service = RunningService.start();
        analyst = service.analyst();
        begin("waiting", "default", "newsletter");
        User chosen = begin("chosen", "default", "newsletter");
        chosen.complete(id("chosen"), "profile");
        chosen.skip(id("chosen"), "tools");
        chosen.choose(id("chosen"), "blog");
        service.clock().advance(Duration.ofMinutes(10));
        begin("quick", "quick", "search");
        User done = begin("done", "quick", "search");
        done.complete(id("done"), "profile");
        done.skip(id("done"), "tools");
        done.complete(id("done"), "workspace-hub");
        done.finish(id("done"));
        User again = begin("reset", "quick", "");
        SESSIONS.put("successor", again.reset(id("reset")).required("/sessionId"));
        begin("test", "quick", "test-load");
        service.awaitReadModels();
    }

    @AfterAll
    static void end() {
        service.close();
    }

    @Test
    void listsSessionsNewestFirst() {
        Answer page = analyst.get("/sessions");

        assertThat(ids(page))
                .containsExactlyInAnyOrder(
                        all("waiting", "chosen", "quick", "done", "reset", "successor"));
        assertThat(ids(page).subList(4, 6)).containsExactlyInAnyOrder(all("waiting", "chosen"));
        assertThat(page.at("/nextCursor")).isNull();
        assertThat(times(page)).isSortedAccordingTo((a, b) -> b.compareTo(a));
        assertThat(page.text()).doesNotContain(MARKER).doesNotContain("answers");
    }

    @Test
    void showsWhatASessionHasComeTo() {
        JsonNode done = session("done");
        JsonNode chosen = session("chosen");
        JsonNode reset = session("reset");

        assertThat(done.path("status").asString()).isEqualTo("completed");
        assertThat(done.path("completedSteps").asInt()).isEqualTo(2);
        assertThat(done.path("skippedSteps").asInt()).isEqualTo(1);
        assertThat(done.path("totalSteps").asInt()).isEqualTo(3);
        assertThat(done.path("currentStep").isNull()).isTrue();
        assertThat(done.path("completedAt").isString()).isTrue();
        assertThat(done.path("source").asString()).isEqualTo("search");
        assertThat(done.path("revision").asLong()).isEqualTo(5);
        assertThat(chosen.path("pathId").asString()).isEqualTo("blog");
        assertThat(chosen.path("currentStep").asString()).isEqualTo("work-profile");
        assertThat(reset.path("newSessionId").asString()).isEqualTo(id("successor"));
        assertThat(session("successor").path("previousSessionId").asString())
                .isEqualTo(id("reset"));
    }

    static Stream<Arguments> filters() {
        return Stream.of(
                Arguments.of("status=completed", all("done")),
                Arguments.of("status=reset", all("reset")),
                Arguments.of("status=abandoned", all()),
                Arguments.of("status=active", all("waiting", "chosen", "quick", "successor")),
                Arguments.of("flowId=default", all("waiting", "chosen")),
                Arguments.of("flowId=other", all()),
                Arguments.of("step=work-profile", all("chosen")),
                Arguments.of("step=workProfile", all("chosen")),
                Arguments.of("userId=" + USERS.get("done"), all("done")),
                Arguments.of("userId=nobody", all()),
                Arguments.of("idleLongerThan=PT5M", all("waiting", "chosen")),
                Arguments.of("idleLongerThan=P1D", all()),
                Arguments.of("flowId=quick&status=active", all("quick", "successor")),
                Arguments.of(
                        "flowId=quick&includeTest=true&step=profile",
                        all("quick", "successor", "reset", "test")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("filters")
    void filters(String query, String[] expected) {
        Answer page = analyst.get("/sessions?" + query);

        assertThat(page.status()).isEqualTo(200);
        assertThat(ids(page)).containsExactlyInAnyOrder(expected);
    }

    @Test
    void leavesTestTrafficOutUnlessItIsAskedFor() {
        assertThat(ids(analyst.get("/sessions"))).doesNotContain(id("test"));
        assertThat(ids(analyst.get("/sessions?includeTest=true")))
                .hasSize(SESSIONS.size())
                .contains(id("test"));
        assertThat(analyst.get("/funnels/onboarding").at("/started")).isEqualTo("6");
        assertThat(analyst.get("/funnels/onboarding?includeTest=true").at("/started"))
                .isEqualTo("7");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 6, 7, 500})
    void pagesOverEverySessionOnce(int limit) {
        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            Answer page =
                    analyst.get(
                            "/sessions?includeTest=true&limit="
                                    + limit
                                    + (cursor == null ? "" : "&cursor=" + encoded(cursor)));
            assertThat(ids(page)).hasSizeLessThanOrEqualTo(limit);
            seen.addAll(ids(page));
            cursor = page.at("/nextCursor");
        } while (cursor != null);

        assertThat(seen)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(SESSIONS.values());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/sessions?status=done",
                "/sessions?status=ACTIVE",
                "/sessions?limit=0",
                "/sessions?limit=501",
                "/sessions?limit=ten",
                "/sessions?cursor=%20",
                "/sessions?cursor=bm9uZQ",
                "/sessions?includeTest=perhaps",
                "/sessions?idleLongerThan=soon",
                "/sessions?flowId=",
                "/sessions?colour=red",
                "/funnels/onboarding?from=2026-13-01",
                "/funnels/onboarding?from=2026-02-02&to=2026-02-01",
                "/funnels/onboarding?from=2020-01-01&to=2026-01-01",
                "/funnels/onboarding?filter.version=0",
                "/funnels/onboarding?filter.version=one",
                "/funnels/onboarding?filter.colour=red"
            })
    void refusesWrongParameters(String target) {
        Answer answer = analyst.get(target);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.at("/code")).isEqualTo("invalid_parameter");
    }

    @Test
    void listsTheFunnelWithItsStages() {
        Answer funnels = analyst.get("/funnels");

        assertThat(funnels.json().at("/items")).hasSize(1);
        assertThat(funnels.at("/items/0/funnelId")).isEqualTo("onboarding");
        assertThat(funnels.json().at("/items/0/stages").valueStream().map(JsonNode::asString))
                .startsWith("started", "profile")
                .endsWith("path_selected", "site_requested", "site_live", "completed")
                .contains("work-profile", "tools", "invite", "preferences", "workspace-hub")
                .hasSize(11);
    }

    @Test
    void countsHowFarSessionsGot() {
        Answer funnel = analyst.get("/funnels/onboarding");

        assertThat(funnel.at("/started")).isEqualTo("6");
        assertThat(counts(funnel, "started")).containsExactly(6, 6, 0);
        assertThat(counts(funnel, "profile")).containsExactly(6, 2, 0);
        assertThat(counts(funnel, "work-profile")).containsExactly(2, 0, 0);
        assertThat(counts(funnel, "tools")).containsExactly(6, 0, 2);
        assertThat(counts(funnel, "workspace-hub")).containsExactly(6, 1, 0);
        assertThat(counts(funnel, "path_selected")).containsExactly(2, 1, 0);
        assertThat(counts(funnel, "site_live")).containsExactly(2, 0, 0);
        assertThat(counts(funnel, "completed")).containsExactly(6, 1, 0);
        assertThat(funnel.at("/outcomes/converted")).isEqualTo("1");
        assertThat(funnel.at("/outcomes/reset")).isEqualTo("1");
        assertThat(funnel.at("/outcomes/inFlight")).isEqualTo("4");
        assertThat(funnel.text()).doesNotContain(MARKER);
    }

    static Stream<Arguments> funnelFilters() {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        return Stream.of(
                Arguments.of("filter.flow=quick", 4),
                Arguments.of("filter.flow=default", 2),
                Arguments.of("filter.flow=none", 0),
                Arguments.of("filter.version=1", 6),
                Arguments.of("filter.version=2", 0),
                Arguments.of("filter.source=newsletter", 2),
                Arguments.of("filter.source=", 2),
                Arguments.of("filter.path=blog", 1),
                Arguments.of("filter.variant=none", 0),
                Arguments.of("filter.source=test-load&includeTest=true", 1),
                Arguments.of("from=" + today.minusDays(1) + "&to=" + today.plusDays(1), 6),
                Arguments.of("to=" + today.minusDays(2), 0),
                Arguments.of("from=" + today.plusDays(2) + "&to=" + today.plusDays(3), 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("funnelFilters")
    void countsWhatAFilterAsksFor(String query, int started) {
        Answer funnel = analyst.get("/funnels/onboarding?" + query);

        assertThat(funnel.status()).isEqualTo(200);
        assertThat(funnel.at("/started")).isEqualTo(String.valueOf(started));
    }

    private static User begin(String name, String flowId, String source) {
        User user = User.of(service);
        Answer started =
                user.client()
                        .post(
                                "/onboarding/start",
                                "{\"flowId\":\"%s\",\"source\":\"%s\"}".formatted(flowId, source));
        SESSIONS.put(name, started.required("/sessionId"));
        USERS.put(name, user.subject());
        return user;
    }

    private static String id(String name) {
        return Objects.requireNonNull(SESSIONS.get(name), name);
    }

    private static String[] all(String... names) {
        return Stream.of(names).map(AnalyticsRoutesTest::id).toArray(String[]::new);
    }

    private static List<String> ids(Answer page) {
        return texts(page, "sessionId");
    }

    private static List<String> times(Answer page) {
        return texts(page, "startedAt");
    }

    private static List<String> texts(Answer page, String member) {
        return page.json()
                .at("/items")
                .valueStream()
                .map(item -> item.path(member).asString())
                .toList();
    }

    private static JsonNode session(String name) {
        return analyst.get("/sessions")
                .json()
                .at("/items")
                .valueStream()
                .filter(item -> item.path("sessionId").asString().equals(id(name)))
                .findFirst()
                .orElseThrow();
    }

    /** Offered, reached and skipped. */
    private static List<Integer> counts(Answer funnel, String stage) {
        JsonNode found =
                funnel.json()
                        .at("/stages")
                        .valueStream()
                        .filter(it -> it.path("stage").asString().equals(stage))
                        .findFirst()
                        .orElseThrow();
        return List.of(
                found.path("offered").asInt(),
                found.path("sessions").asInt(),
                found.path("skipped").asInt());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
