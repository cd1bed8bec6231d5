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
import tools.choco.onboarding.testing.Tables;
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
                "/funnels/onboarding?colour=red",
                "/funnels/onboarding/trend?to=2026-02-30",
                "/funnels/onboarding/drop-off?includeTest=perhaps",
                "/funnels/onboarding/stages/started/sessions?outcome=lost",
                "/funnels/onboarding/stages/started/sessions?reach=never",
                "/funnels/onboarding/stages/started/sessions?limit=501",
                "/funnels/onboarding/stages/started/sessions?cursor=bm9uZQ"
            })
    void refusesWrongParameters(String target) {
        Answer answer = analyst.get(target);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.at("/code")).isEqualTo("invalid_parameter");
    }

    static Stream<Arguments> unknownNames() {
        return Stream.of(
                Arguments.of("onboarding?window=2d", 400, "window_unknown", "1h, 6h, 1d"),
                Arguments.of("onboarding/trend?window=", 400, "window_unknown", "unlimited"),
                Arguments.of("onboarding?order=loose", 400, "order_unknown", "ordered, strict"),
                Arguments.of(
                        "onboarding?breakdown=colour", 400, "breakdown_unknown", "flow, version"),
                Arguments.of("onboarding?filter.colour=red", 400, "filter_unknown", "flow"),
                Arguments.of("portal?filter.flow=quick", 400, "filter_unknown", "service"),
                Arguments.of("checkout", 404, "funnel_unknown", "GET /funnels"),
                Arguments.of("checkout/trend", 404, "funnel_unknown", "GET /funnels"),
                Arguments.of("checkout/drop-off", 404, "funnel_unknown", "GET /funnels"),
                Arguments.of(
                        "checkout/stages/started/sessions", 404, "funnel_unknown", "GET /funnels"),
                Arguments.of("onboarding/stages/paid/sessions", 404, "stage_unknown", "started"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unknownNames")
    void saysWhatThereIsInsteadOfAnUnknownName(
            String target, int status, String code, String list) {
        Answer answer = analyst.get("/funnels/" + target);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.at("/code")).isEqualTo(code);
        assertThat(answer.at("/detail")).contains(list);
    }

    @Test
    void refusesAFilterThatIsGivenTwice() {
        Answer answer = analyst.get("/funnels/onboarding?filter.flow=quick&filter.flow=default");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.at("/code")).isEqualTo("invalid_parameter");
    }

    @Test
    void listsTheFunnelWithItsStages() {
        Answer funnels = analyst.get("/funnels");

        assertThat(funnels.json().at("/items")).hasSize(2);
        assertThat(funnels.at("/items/0/funnelId")).isEqualTo("onboarding");
        assertThat(funnels.json().at("/items/0/dimensions").valueStream().map(JsonNode::asString))
                .containsExactly("flow", "version", "variant", "source", "path", "hosting");
        assertThat(funnels.at("/items/1/funnelId")).isEqualTo("portal");
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
        assertThat(funnel.at("/order")).isEqualTo("any");
        assertThat(counts(analyst.get("/funnels/onboarding?order=ordered"), "path_selected"))
                .containsExactly(2, 0, 0);
        assertThat(funnel.at("/window")).isEqualTo("30d");
        assertThat(funnel.at("/projectionVersion")).isEqualTo("2");
        assertThat(funnel.at("/asOf/position")).isNotEqualTo("0");
        assertThat(funnel.json().at("/stages/1/timeToReachMs/histogram")).isEmpty();
        assertThat(funnel.text()).doesNotContain(MARKER);
    }

    @Test
    void tellsValuesOfADimensionApart() {
        Answer funnel = analyst.get("/funnels/onboarding?breakdown=flow&histogram=true");

        assertThat(funnel.json().at("/breakdown").valueStream().map(it -> it.path("value")))
                .extracting(JsonNode::asString)
                .containsExactly("default", "quick");
        assertThat(funnel.at("/breakdown/0/started")).isEqualTo("2");
        assertThat(funnel.at("/breakdown/1/started")).isEqualTo("4");
        assertThat(funnel.at("/breakdown/1/outcomes/converted")).isEqualTo("1");
        assertThat(funnel.at("/stages/0/timeToReachMs/histogram/0/upToMs")).isEqualTo("0");
        assertThat(funnel.at("/stages/0/timeToReachMs/histogram/0/sessions")).isEqualTo("6");
    }

    @Test
    void countsInEveryOrderAndWindow() {
        for (String order : List.of("ordered", "strict", "any")) {
            for (String window : List.of("1h", "90d", "unlimited")) {
                Answer funnel =
                        analyst.get(
                                "/funnels/onboarding?order=%s&window=%s".formatted(order, window));

                assertThat(funnel.at("/order")).isEqualTo(order);
                assertThat(funnel.at("/window")).isEqualTo(window);
                assertThat(counts(funnel, "profile")).containsExactly(6, 2, 0);
            }
        }
    }

    @Test
    void answersAsCsv() {
        Answer funnel =
                analyst.with("Accept", "text/csv").get("/funnels/onboarding?breakdown=flow");
        List<String> lines = funnel.text().lines().toList();

        assertThat(funnel.status()).isEqualTo(200);
        assertThat(funnel.header("Content-Type")).startsWith("text/csv");
        assertThat(lines.getFirst()).startsWith("funnel,from,to,order,window,incomplete,scope,");
        assertThat(lines)
                .anyMatch(it -> it.contains(",any,30d,,all,,stage,profile,6,2,0,"))
                .anyMatch(it -> it.contains(",any,30d,,value,quick,stage,started,4,4,0,"))
                .anyMatch(it -> it.contains(",any,30d,,all,,outcome,converted,,1,,"));
        assertThat(lines).allMatch(it -> it.chars().filter(c -> c == ',').count() == 19);
    }

    @Test
    void showsDayByDay() {
        Answer trend = analyst.get("/funnels/onboarding/trend?breakdown=flow&window=7d");
        List<JsonNode> days = trend.json().at("/days").valueStream().toList();

        assertThat(days).hasSize(30);
        assertThat(days.stream().mapToInt(it -> it.path("started").asInt()).sum()).isEqualTo(6);
        assertThat(days.getFirst().path("incomplete").asBoolean()).isFalse();
        assertThat(days.getLast().path("incomplete").asBoolean()).isTrue();
        assertThat(
                        days.stream()
                                .flatMap(it -> it.path("breakdown").valueStream())
                                .mapToInt(it -> it.path("started").asInt())
                                .sum())
                .isEqualTo(6);
    }

    @Test
    void answersDaysAsCsv() {
        Answer trend =
                analyst.with("Accept", "text/csv").get("/funnels/onboarding/trend?window=7d");

        assertThat(trend.status()).isEqualTo(200);
        assertThat(trend.text().lines())
                .filteredOn(it -> it.contains(",stage,started,"))
                .hasSize(30)
                .anyMatch(it -> it.contains(",true,all,,stage,started,"));
    }

    @Test
    void opensANumberToItsSessionsAndTheirEvents() {
        Answer page = analyst.get("/funnels/onboarding/stages/profile/sessions?reach=reached");
        JsonNode chosen = item(page, "chosen");

        assertThat(ids(page)).containsExactlyInAnyOrder(all("chosen", "done"));
        assertThat(chosen.path("outcome").asString()).isEqualTo("inFlight");
        assertThat(chosen.path("dimensions").path("path").asString()).isEqualTo("blog");
        assertThat(
                        chosen.path("events")
                                .valueStream()
                                .map(
                                        it ->
                                                it.path("stage").asString()
                                                        + " "
                                                        + it.path("reach").asString()))
                .containsExactly(
                        "started reached",
                        "profile reached",
                        "tools skipped",
                        "path_selected reached");
        for (JsonNode event : chosen.path("events")) {
            assertThat(
                            Tables.of(service)
                                    .texts(
                                            "SELECT position::text FROM events"
                                                    + " WHERE event_id = ?::uuid",
                                            event.path("eventId").asString()))
                    .containsExactly(event.path("position").asString());
        }
    }

    static Stream<Arguments> parts() {
        return Stream.of(
                Arguments.of("profile", "reach=notReached&outcome=reset", all("reset")),
                Arguments.of("tools", "reach=skipped", all("chosen", "done")),
                Arguments.of("completed", "outcome=converted", all("done")),
                Arguments.of("work-profile", "window=unlimited", all("waiting", "chosen")),
                Arguments.of("started", "filter.flow=quick&filter.source=", all("reset")),
                Arguments.of("started", "includeTest=true&filter.source=test-load", all("test")),
                Arguments.of("started", "order=strict&window=1h&reach=skipped", all()));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("parts")
    void listsTheSessionsOfAPart(String stage, String query, String[] expected) {
        Answer page =
                analyst.get("/funnels/onboarding/stages/" + stage + "/sessions?limit=500&" + query);

        assertThat(ids(page).stream().filter(SESSIONS::containsValue)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 500})
    void pagesOverTheSessionsOfAStageOnce(int limit) {
        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            Answer page =
                    analyst.get(
                            "/funnels/onboarding/stages/started/sessions?limit="
                                    + limit
                                    + (cursor == null ? "" : "&cursor=" + encoded(cursor)));
            seen.addAll(ids(page));
            cursor = page.at("/nextCursor");
        } while (cursor != null);

        assertThat(seen)
                .containsExactlyInAnyOrder(
                        all("waiting", "chosen", "quick", "done", "reset", "successor"));
    }

    @Test
    void saysWhereSessionsDropOff() {
        Answer dropOff = analyst.get("/funnels/onboarding/drop-off?filter.flow=quick");

        assertThat(dropOff.at("/started")).isEqualTo("4");
        assertThat(dropOff.at("/dropped")).isEqualTo("0");
        assertThat(dropOff.json().at("/stages").valueStream().map(it -> it.path("stage")))
                .extracting(JsonNode::asString)
                .startsWith("started", "profile");
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

    private static JsonNode item(Answer page, String name) {
        return page.json()
                .at("/items")
                .valueStream()
                .filter(item -> item.path("sessionId").asString().equals(id(name)))
                .findFirst()
                .orElseThrow();
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
