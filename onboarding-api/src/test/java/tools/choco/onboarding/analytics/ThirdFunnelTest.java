package tools.choco.onboarding.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.testing.Answer;
import tools.choco.onboarding.testing.Client;
import tools.choco.onboarding.testing.RunningService;
import tools.choco.onboarding.testing.User;
import tools.jackson.databind.JsonNode;

/** A funnel that an analyst adds by a file counts what happened before the file was there. */
class ThirdFunnelTest {

    private static final Duration WAIT = Duration.ofSeconds(60);

    private static final String FUNNEL =
            """
            id: first-words
            title: From the first words to a path
            order: ordered
            stages:
              - stage: started
                events: [onboarding.started]
              - stage: introduced
                events:
                  - type: onboarding.step_completed
                    where: [{field: step_id, in: [profile]}]
                step: {id: profile}
              - stage: tools_named
                events:
                  - type: onboarding.step_completed
                    where: [{field: step_id, in: [tools]}]
                step: {id: tools}
              - stage: path_selected
                events: [onboarding.path_selected]
                step: {kind: path}
            dimensions:
              - name: flow
            """;

    @TempDir private static Path directory = Path.of("");

    private static final Map<String, String> SESSIONS = new HashMap<>();

    private static RunningService before;
    private static RunningService service;
    private static Client analyst;

    @BeforeAll
    static void addTheFileToAServiceWithAHistory() throws IOException {
        before = RunningService.start();
        User far = begin("far", "web");
        far.complete(id("far"), "profile");
        far.skip(id("far"), "tools");
        far.choose(id("far"), "blog");
        far.requestSite(id("far"), far.subject(), "platform_template");
        User named = begin("named", "web");
        named.complete(id("named"), "profile");
        named.complete(id("named"), "tools");
        User late = begin("late", "web");
        late.choose(id("late"), "blog");
        late.complete(id("late"), "profile");
        begin("waiting", "web");
        begin("test", "test-load").complete(id("test"), "profile");
        before.awaitReadModels();
        assertThat(before.analyst().get("/funnels/first-words").at("/code"))
                .isEqualTo("funnel_unknown");
        Files.writeString(directory.resolve("first-words.yaml"), FUNNEL);

        service = RunningService.beside(before, "onboarding.funnels=" + directory);
        analyst = service.analyst();
        await().atMost(WAIT)
                .until(() -> "4".equals(analyst.get("/funnels/first-words").at("/started")));
    }

    @AfterAll
    static void end() {
        service.close();
        before.close();
    }

    @Test
    void countsTheHistory() {
        Answer funnel = analyst.get("/funnels/first-words");

        // Who chose a path before they introduced themselves has not gone this way.
        assertThat(counts(funnel, "started")).containsExactly(4, 4, 0);
        assertThat(counts(funnel, "introduced")).containsExactly(4, 3, 0);
        assertThat(counts(funnel, "tools_named")).containsExactly(4, 1, 1);
        assertThat(counts(funnel, "path_selected")).containsExactly(4, 1, 0);
        // They have converted all the same.
        assertThat(funnel.at("/outcomes/converted")).isEqualTo("2");
        assertThat(funnel.at("/outcomes/inFlight")).isEqualTo("2");
        assertThat(funnel.at("/order")).isEqualTo("ordered");
        assertThat(counts(analyst.get("/funnels/first-words?order=any"), "path_selected"))
                .containsExactly(4, 2, 0);
        assertThat(analyst.get("/funnels/first-words?includeTest=true").at("/started"))
                .isEqualTo("5");
    }

    @Test
    void listsItBesideTheOthersWhoseNumbersStay() {
        assertThat(analyst.get("/funnels").json().at("/items").valueStream())
                .extracting(it -> it.path("funnelId").asString())
                .containsExactlyInAnyOrder("onboarding", "portal", "first-words");
        assertThat(analyst.get("/funnels/onboarding").json().at("/stages"))
                .isEqualTo(before.analyst().get("/funnels/onboarding").json().at("/stages"));
    }

    @Test
    void opensItsNumbersToTheSessions() {
        assertThat(sessions("introduced", "reached"))
                .containsExactlyInAnyOrder(all("far", "named", "late"));
        assertThat(sessions("introduced", "notReached")).containsExactly(id("waiting"));
        assertThat(sessions("tools_named", "reached")).containsExactly(id("named"));
        assertThat(sessions("tools_named", "skipped")).containsExactly(id("far"));
        assertThat(sessions("path_selected", "reached")).containsExactly(id("far"));
    }

    /** Down to the log: each event by which a session is in a stage is there, and says so. */
    @ParameterizedTest
    @ValueSource(strings = {"first-words", "onboarding"})
    void opensItsSessionsToTheEvents(String funnel) {
        Map<String, Integer> reached = new HashMap<>();
        for (JsonNode stage : analyst.get("/funnels/" + funnel).json().at("/stages")) {
            String name = stage.path("stage").asString();
            for (String reach : List.of("reached", "skipped")) {
                for (JsonNode item : items(funnel, name, reach)) {
                    reached.merge(name + " " + reach, 1, Integer::sum);
                    JsonNode receipt =
                            item.path("events")
                                    .valueStream()
                                    .filter(it -> it.path("stage").asString().equals(name))
                                    .filter(it -> it.path("reach").asString().equals(reach))
                                    .findFirst()
                                    .orElseThrow(() -> new AssertionError(item.toString()));
                    assertThat(said(item.path("sessionId").asString(), receipt))
                            .as("%s %s", name, item)
                            .isEqualTo(expected(name, reach));
                }
            }
            assertThat(reached.getOrDefault(name + " reached", 0))
                    .as(name)
                    .isEqualTo(stage.path("sessions").asInt());
            assertThat(reached.getOrDefault(name + " skipped", 0))
                    .as(name)
                    .isEqualTo(stage.path("skipped").asInt());
        }
        assertThat(reached).containsEntry("started reached", 4).hasSizeGreaterThan(4);
    }

    /** What the log says of an event: its type, and its step if it is of one. */
    private static String said(String session, JsonNode receipt) {
        JsonNode event =
                analyst.get("/sessions/" + session + "/timeline?limit=500")
                        .json()
                        .at("/items")
                        .valueStream()
                        .filter(it -> it.path("eventId").equals(receipt.path("eventId")))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(receipt.toString()));
        assertThat(event.path("position")).isEqualTo(receipt.path("position"));
        return (event.path("eventType").asString() + " " + event.at("/fields/stepId").asString(""))
                .strip();
    }

    private static String expected(String stage, String reach) {
        String kind =
                reach.equals("skipped") ? "onboarding.step_skipped " : "onboarding.step_completed ";
        return switch (stage) {
            case "started" -> "onboarding.started";
            case "introduced" -> kind + "profile";
            case "tools_named" -> kind + "tools";
            case "path_selected" -> "onboarding.path_selected";
            case "site_requested" -> "site.provision_requested";
            case "site_live" -> "site.welcome_provisioned";
            case "completed" -> "onboarding.completed";
            default -> kind + stage;
        };
    }

    private static List<JsonNode> items(String funnel, String stage, String reach) {
        Answer page =
                analyst.get(
                        "/funnels/%s/stages/%s/sessions?limit=500&reach=%s"
                                .formatted(funnel, stage, reach));
        assertThat(page.status()).as(page.text()).isEqualTo(200);
        return page.json().at("/items").valueStream().toList();
    }

    private static List<String> sessions(String stage, String reach) {
        return items("first-words", stage, reach).stream()
                .map(it -> it.path("sessionId").asString())
                .toList();
    }

    private static User begin(String name, String source) {
        User user = User.of(before);
        SESSIONS.put(
                name,
                user.client()
                        .post(
                                "/onboarding/start",
                                "{\"flowId\":\"default\",\"source\":\"%s\"}".formatted(source))
                        .required("/sessionId"));
        return user;
    }

    private static String id(String name) {
        return Objects.requireNonNull(SESSIONS.get(name), name);
    }

    private static String[] all(String... names) {
        return Stream.of(names).map(ThirdFunnelTest::id).toArray(String[]::new);
    }

    /** Offered, reached and skipped. */
    private static List<Integer> counts(Answer funnel, String stage) {
        JsonNode found =
                funnel.json()
                        .at("/stages")
                        .valueStream()
                        .filter(it -> it.path("stage").asString().equals(stage))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(funnel.text()));
        return Stream.of("offered", "sessions", "skipped")
                .map(member -> found.path(member).asInt())
                .toList();
    }
}
