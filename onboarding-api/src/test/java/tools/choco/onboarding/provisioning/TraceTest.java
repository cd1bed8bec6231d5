package tools.choco.onboarding.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;
import tools.choco.onboarding.events.v1.SiteDeployStatusChanged;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.testing.User;

/** The whole story of a user and their site, event for event. */
@ExtendWith(Stage.Shared.class)
class TraceTest {

    private static final Logger log = LoggerFactory.getLogger(TraceTest.class);

    private static final List<String> PARKED =
            List.of(
                    "OnboardingStarted",
                    "OnboardingStepCompleted profile",
                    "OnboardingStepCompleted work-profile",
                    "OnboardingStepCompleted workspace-hub",
                    "OnboardingPathSelected",
                    "SiteProvisionRequested has_github_link=false",
                    "SiteProvisionStateChanged requested to source_resolving",
                    "SiteProvisionStateChanged source_resolving to awaiting_github");

    private static final List<String> RESUMED =
            List.of(
                    "SiteProvisionStateChanged awaiting_github to source_resolving",
                    "SiteProvisionStateChanged source_resolving to source_resolved",
                    "SiteProvisionStateChanged source_resolved to vercel_creating",
                    "SiteProvisionStateChanged vercel_creating to vercel_created",
                    "SiteProvisionStateChanged vercel_created to hook_creating",
                    "SiteProvisionStateChanged hook_creating to hook_created",
                    "SiteProvisionStateChanged hook_created to live",
                    "SiteProvisionCompleted",
                    "OnboardingStepCompleted site",
                    "OnboardingCompleted");

    private final Stage stage;
    private final User user;

    TraceTest(Stage stage) {
        this.stage = stage;
        user = User.of(stage.service());
    }

    @Test
    void parksAndIsResumedByTheLink() {
        String session = user.started("default");
        user.complete(session, "profile");
        user.complete(session, "work-profile");
        user.complete(session, "workspace-hub");
        user.choose(session, "blog");
        SiteId site = stage.request(user, session);
        stage.awaitAtRest(site, ProvisioningState.AWAITING_GITHUB);

        List<String> parked = trace(session);
        log.info("Parked:\n{}", String.join("\n", parked));
        assertThat(parked).containsExactlyElementsOf(PARKED);

        user.linkGithub();
        stage.awaitUntil(() -> assertThat(trace(session)).contains("OnboardingCompleted"));

        List<String> resumed = trace(session).subList(parked.size(), trace(session).size());
        log.info("Resumed:\n{}", String.join("\n", resumed));
        assertThat(resumed).containsExactlyElementsOf(RESUMED);
        assertThat(user.read(session).at("/status")).isEqualTo("completed");
    }

    @Test
    void leavesTheSessionOpenWhileFormsAre() {
        user.linkGithub();
        String session = user.started("default");
        SiteId site = stage.request(user, session);
        stage.awaitAtRest(site, ProvisioningState.LIVE);
        stage.awaitUntil(() -> assertThat(trace(session)).contains("OnboardingStepCompleted site"));

        assertThat(user.read(session).at("/status")).isEqualTo("active");
        assertThat(trace(session)).doesNotContain("OnboardingCompleted");
    }

    @Test
    void completesTheStepWithAWelcomeSite() {
        String session = user.started("default");
        SiteId site = stage.request(user, session, "platform_template");

        stage.awaitUntil(() -> assertThat(trace(session)).contains("OnboardingStepCompleted site"));

        assertThat(stage.tasks(site)).isEmpty();
        assertThat(stage.tries(site)).isEmpty();
        assertThat(trace(session))
                .containsSubsequence(
                        "SiteProvisionRequested has_github_link=false", "WelcomeSiteProvisioned");
    }

    @Test
    void saysOfEveryEventWhatCausedIt() {
        user.linkGithub();
        String session = user.started("default");
        SiteId site = stage.request(user, session);
        stage.awaitAtRest(site, ProvisioningState.LIVE);
        stage.awaitUntil(() -> assertThat(trace(session)).contains("OnboardingStepCompleted site"));

        List<? extends TrackedEventMessage<?>> events =
                events(session)
                        .filter(it -> !(it.getPayload() instanceof SiteDeployStatusChanged))
                        .toList();
        List<Map<String, Object>> hops =
                events.stream()
                        .filter(it -> it.getPayload() instanceof SiteProvisionStateChanged)
                        .<Map<String, Object>>map(it -> Map.copyOf(it.getMetaData()))
                        .toList();
        assertThat(hops)
                .hasSize(7)
                .allSatisfy(
                        metadata ->
                                assertThat(metadata)
                                        .containsEntry(EventMetadata.ACTOR, "provisioning")
                                        .containsEntry(
                                                EventMetadata.CORRELATION_ID, Stage.CORRELATION)
                                        .containsKey(EventMetadata.CAUSATION_ID));
        TrackedEventMessage<?> step = events.getLast();
        TrackedEventMessage<?> completed = events.get(events.size() - 2);
        assertThat(step.getPayload()).isInstanceOf(OnboardingStepCompleted.class);
        assertThat((Object) step.getMetaData().get(EventMetadata.CAUSATION_ID))
                .isEqualTo(completed.getIdentifier());
        assertThat((Object) step.getMetaData().get(EventMetadata.ACTOR))
                .isEqualTo(SiteOutcome.NAME);
    }

    private List<String> trace(String session) {
        return events(session)
                .map(it -> (Message) it.getPayload())
                // Left aside by the domain's trace.
                .filter(it -> !(it instanceof SiteDeployStatusChanged))
                .map(TraceTest::described)
                .toList();
    }

    private Stream<? extends TrackedEventMessage<?>> events(String session) {
        try (Stream<? extends TrackedEventMessage<?>> all =
                stage.service().part(EventLog.class).storageEngine().readEvents(null, false)) {
            return all
                    .filter(
                            it ->
                                    it.getPayload() instanceof Message event
                                            && EventFields.sessionId(event).equals(session))
                    .toList()
                    .stream();
        }
    }

    private static String described(Message event) {
        String name = event.getDescriptorForType().getName();
        return switch (event) {
            case OnboardingStepCompleted it -> name + " " + it.getStepId();
            case SiteProvisionRequested it -> name + " has_github_link=" + it.getHasGithubLink();
            case SiteProvisionStateChanged it ->
                    "%s %s to %s".formatted(name, state(it.getFromState()), state(it.getToState()));
            default -> name;
        };
    }

    private static String state(Enum<?> state) {
        return state.name().substring("PROVISIONING_STATE_".length()).toLowerCase(Locale.ROOT);
    }
}
