package tools.choco.onboarding.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.LifecycleStage;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;
import tools.choco.onboarding.events.v1.OnboardingStepSkipped;
import tools.choco.onboarding.events.v1.ProvisioningState;
import tools.choco.onboarding.events.v1.SealedText;
import tools.choco.onboarding.events.v1.SiteProvisionCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class EventFramesTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Instant AT = Instant.parse("2026-11-06T09:00:00.123456Z");

    /** Opens everything, and says where it stood. */
    private static final TextVault TEXTS =
            new TextVault() {
                @Override
                public SealedText seal(
                        String userId, String aggregateId, String field, String text) {
                    throw new UnsupportedOperationException("nothing is sealed here");
                }

                @Override
                public Optional<String> open(
                        String userId, String aggregateId, String field, SealedText sealed) {
                    return sealed.getKeyId().equals("destroyed")
                            ? Optional.empty()
                            : Optional.of(userId + "/" + aggregateId + "/" + field);
                }
            };

    private final EventFrames frames = new EventFrames(JSON, TEXTS);

    /** Whoever adds a field to an event decides here whether a user gets to see it. */
    @Test
    void showsTheseFieldsAndNoOthers() {
        Map<String, Set<String>> shown = new TreeMap<>();
        events().forEach(
                        event -> {
                            Set<String> names = new TreeSet<>(data(event).propertyNames());
                            names.removeAll(
                                    Set.of(
                                            "eventId",
                                            "eventType",
                                            "aggregateId",
                                            "occurredAt",
                                            "position",
                                            "sessionId",
                                            "userId"));
                            shown.put(EventType.of(event).wireName(), names);
                        });
        assertThat(shown)
                .isEqualTo(
                        Map.ofEntries(
                                fields(
                                        "onboarding.started",
                                        "workspaceId flowId flowVersion variant source steps paths"
                                                + " totalSteps previousSessionId"),
                                fields(
                                        "onboarding.step_completed",
                                        "stepId ordinal stepDurationMs answerSchemaVersion amended"
                                                + " siteId"),
                                fields("onboarding.step_skipped", "stepId ordinal skipReason"),
                                fields("onboarding.step_reopened", "stepId ordinal"),
                                fields("onboarding.path_selected", "pathId"),
                                fields("onboarding.abandoned", "idleDurationMs lastStepId"),
                                fields("onboarding.resumed", "gapDurationMs lastStepId"),
                                fields("onboarding.reset", "initiatedBy newSessionId"),
                                fields(
                                        "onboarding.completed",
                                        "totalSteps completedSteps skippedSteps totalDurationMs"),
                                site(
                                        "site.provision_requested",
                                        "slug hostingMode lifecycleStage hasGithubLink templateId"
                                                + " attempt sagaKind"),
                                site("site.state_changed", "fromState toState attempt"),
                                site(
                                        "site.provision_completed",
                                        "deployUrl githubRepo totalDurationMs"),
                                site(
                                        "site.provision_failed",
                                        "failedState errorKind errorMessage attempt"),
                                site("site.welcome_provisioned", "slug url templateId"),
                                site("site.welcome_adopted", "githubRepo previousUrl"),
                                site("site.deploy_status_changed", "deployStatus deployUrl detail"),
                                site("site.stage_changed", "fromStage toStage")));
    }

    @ParameterizedTest
    @MethodSource("events")
    void writesOneEventOfThreeLines(Message event) {
        LoggedEvent logged = logged(event);
        Frame frame = frames.event(logged);
        String[] lines = new String(frame.bytes(), StandardCharsets.UTF_8).split("\n", -1);

        assertThat(frame.position()).isEqualTo(17);
        assertThat(lines).hasSize(5);
        assertThat(lines[0]).isEqualTo("id: 17");
        assertThat(lines[1]).isEqualTo("event: " + EventType.of(event).wireName());
        assertThat(lines[2]).startsWith("data: {");
        assertThat(lines[3] + lines[4]).isEmpty();
        JsonNode data = JSON.readTree(lines[2].substring(6));
        assertThat(data.path("position").asString()).isEqualTo("17");
        assertThat(data.path("eventId").asString()).isEqualTo(logged.eventId());
        assertThat(data.path("aggregateId").asString()).isEqualTo(logged.aggregateId());
        assertThat(data.path("occurredAt").asString()).isEqualTo(logged.occurredAt().toString());
    }

    @Test
    void speaksTheWordsOfTheApi() {
        JsonNode data =
                data(
                        SiteProvisionRequested.newBuilder()
                                .setSiteId("s")
                                .setSessionId("o")
                                .setUserId("u")
                                .setOccurredAt(EventTime.toProto(AT))
                                .setHostingMode(HostingMode.HOSTING_MODE_USER_GIT)
                                .setLifecycleStage(LifecycleStage.LIFECYCLE_STAGE_LIVE)
                                .setAttempt(2)
                                .build());

        assertThat(data.path("hostingMode").asString()).isEqualTo("user_git");
        assertThat(data.path("lifecycleStage").asString()).isEqualTo("live");
        assertThat(data.path("attempt").asInt()).isEqualTo(2);
        assertThat(data.path("hasGithubLink").asBoolean(true)).isFalse();
        assertThat(data.path("workspaceId").isNull()).isTrue();
        assertThat(data.path("sagaKind").isNull()).isTrue();
        assertThat(data.path("occurredAt").asString()).isEqualTo("2026-11-06T09:00:00.123456Z");
        assertThat(
                        EventJson.word(
                                ProvisioningState.PROVISIONING_STATE_AWAITING_GITHUB
                                        .getValueDescriptor()))
                .isEqualTo("awaiting_github");
    }

    @Test
    void namesAWordOfANewerSchemaByItsNumber() {
        JsonNode data =
                data(
                        SiteProvisionRequested.newBuilder()
                                .setOccurredAt(EventTime.toProto(AT))
                                .setHostingModeValue(77)
                                .build());

        assertThat(data.path("hostingMode").asString()).contains("77");
    }

    @Test
    void keepsSealedAnswersToItself() {
        for (int seed = 0; seed < 50; seed++) {
            Message event = new RandomEvents(seed).ofType(EventType.ONBOARDING_STEP_COMPLETED);
            JsonNode data = data(event);
            assertThat(data.has("answers")).isFalse();
            String keyId = ((OnboardingStepCompleted) event).getAnswers().getKeyId();
            assertThat(data.valueStream().map(JsonNode::asString))
                    .noneMatch(value -> !keyId.isEmpty() && value.contains(keyId));
        }
    }

    @Test
    void opensToTheUserWhatIsSealed() {
        assertThat(data(completed("some key")).path("githubRepo").asString())
                .isEqualTo("ada/the-site/github_repo");
        assertThat(data(completed("destroyed")).path("githubRepo").isNull()).isTrue();
        JsonNode skipped =
                data(
                        OnboardingStepSkipped.newBuilder()
                                .setSessionId("the-session")
                                .setUserId("ada")
                                .setOccurredAt(EventTime.toProto(AT))
                                .setSealedSkipReason(SealedText.newBuilder().setKeyId("a key"))
                                .build());
        assertThat(skipped.path("skipReason").asString()).isEqualTo("ada/the-session/skip_reason");
    }

    @Test
    void opensNothingToOtherSystems() {
        ObjectNode shown = JSON.createObjectNode();

        EventJson.closed(JSON).add(shown, completed("some key"));

        assertThat(shown.path("githubRepo").isNull()).isTrue();
        assertThat(shown.propertyNames()).noneMatch(name -> name.startsWith("sealed"));
    }

    private static SiteProvisionCompleted completed(String keyId) {
        return SiteProvisionCompleted.newBuilder()
                .setSiteId("the-site")
                .setSessionId("the-session")
                .setUserId("ada")
                .setOccurredAt(EventTime.toProto(AT))
                .setSealedGithubRepo(SealedText.newBuilder().setKeyId(keyId))
                .build();
    }

    private static Stream<Message> events() {
        RandomEvents random = new RandomEvents(7);
        return EventType.all().stream().filter(EventType::isOfSessionOrSite).map(random::ofType);
    }

    private JsonNode data(Message event) {
        String text = new String(frames.event(logged(event)).bytes(), StandardCharsets.UTF_8);
        return JSON.readTree(text.substring(text.indexOf("data: ") + 6));
    }

    private static LoggedEvent logged(Message event) {
        return new LoggedEvent(
                17,
                UUID.randomUUID().toString(),
                3,
                UUID.randomUUID().toString(),
                event,
                EventFields.sessionId(event),
                EventFields.occurredAt(event),
                AT);
    }

    private static Map.Entry<String, Set<String>> fields(String type, String names) {
        return Map.entry(type, new TreeSet<>(Set.of(names.split(" ", -1))));
    }

    private static Map.Entry<String, Set<String>> site(String type, String names) {
        return fields(type, names + " siteId workspaceId");
    }
}
