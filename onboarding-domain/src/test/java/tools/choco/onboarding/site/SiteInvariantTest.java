package tools.choco.onboarding.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static tools.choco.onboarding.site.SiteFixtures.adopted;
import static tools.choco.onboarding.site.SiteFixtures.adoptedSiteAt;
import static tools.choco.onboarding.site.SiteFixtures.completed;
import static tools.choco.onboarding.site.SiteFixtures.deployed;
import static tools.choco.onboarding.site.SiteFixtures.failed;
import static tools.choco.onboarding.site.SiteFixtures.moved;
import static tools.choco.onboarding.site.SiteFixtures.ownSiteAt;
import static tools.choco.onboarding.site.SiteFixtures.read;
import static tools.choco.onboarding.site.SiteFixtures.requested;
import static tools.choco.onboarding.site.SiteFixtures.requestedAgain;
import static tools.choco.onboarding.site.SiteFixtures.settled;
import static tools.choco.onboarding.site.SiteFixtures.welcomeRequested;
import static tools.choco.onboarding.site.SiteFixtures.welcomeSite;
import static tools.choco.onboarding.site.SiteFixtures.welcomed;
import static tools.choco.onboarding.testing.Expectations.satisfying;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.choco.onboarding.BrokenStream;
import tools.choco.onboarding.EventContext;
import tools.choco.onboarding.events.v1.DeployStatus;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.LifecycleStage;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.events.v1.SagaKind;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;

/**
 * Mode and stage fit in every site that a history adds up to; a history that says otherwise is
 * damaged, and stops the load instead of being taken for a refusal.
 */
class SiteInvariantTest {

    /** Every mode with every stage, and whether they fit. */
    static Stream<Arguments> everyPair() {
        List<Arguments> pairs = new ArrayList<>();
        for (HostingMode mode : HostingMode.values()) {
            for (LifecycleStage stage : LifecycleStage.values()) {
                if (mode != HostingMode.UNRECOGNIZED && stage != LifecycleStage.UNRECOGNIZED) {
                    boolean fits =
                            switch (mode.getNumber() + "" + stage.getNumber()) {
                                case "21", "12", "13" -> true;
                                default -> false;
                            };
                    pairs.add(Arguments.of(mode, stage, fits));
                }
            }
        }
        return pairs.stream();
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void beginsWithModeAndStageThatFit(HostingMode mode, LifecycleStage stage, boolean fits) {
        Message first =
                requested().toBuilder().setHostingMode(mode).setLifecycleStage(stage).build();

        if (fits) {
            assertThatCode(() -> replay(List.of(first))).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> replay(List.of(first))).isInstanceOf(BrokenStream.class);
        }
    }

    @ParameterizedTest
    @MethodSource("everyPair")
    void cannotBeMadeOtherwise(HostingMode mode, LifecycleStage stage, boolean fits) {
        SiteState some =
                replay(
                        mode == HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE
                                ? welcomeSite()
                                : ownSiteAt(ProvisioningState.REQUESTED));

        if (fits) {
            assertThatCode(() -> with(some, mode, stage)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> with(some, mode, stage)).isInstanceOf(BrokenStream.class);
        }
    }

    static final List<Arguments> DAMAGED =
            List.of(
                    damaged("a gap in the numbers", welcomeSite(), null),
                    damaged("a second request", List.of(requested()), requestedAgain(2)),
                    damaged(
                            "a retry that skips an attempt",
                            ownSiteAt(ProvisioningState.FAILED),
                            requestedAgain(3)),
                    damaged(
                            "a retry that changes the stage",
                            ownSiteAt(ProvisioningState.FAILED),
                            requestedAgain(2).toBuilder()
                                    .setLifecycleStage(LifecycleStage.LIFECYCLE_STAGE_ADOPTED)
                                    .build()),
                    damaged(
                            "a retry that makes a playground of it",
                            ownSiteAt(ProvisioningState.FAILED),
                            welcomeRequested().toBuilder().setAttempt(2).build()),
                    damaged(
                            "a retry that changes the story",
                            ownSiteAt(ProvisioningState.FAILED),
                            requestedAgain(2).toBuilder()
                                    .setSagaKind(SagaKind.SAGA_KIND_ADOPT)
                                    .build()),
                    damaged(
                            "a hop of another attempt",
                            List.of(requested()),
                            moved(
                                    ProvisioningState.REQUESTED,
                                    ProvisioningState.SOURCE_RESOLVING,
                                    2)),
                    damaged(
                            "a hop from elsewhere",
                            List.of(requested()),
                            moved(
                                    ProvisioningState.SOURCE_RESOLVING,
                                    ProvisioningState.SOURCE_RESOLVED)),
                    damaged(
                            "a hop to a state of a newer schema",
                            List.of(requested()),
                            moved(ProvisioningState.REQUESTED, ProvisioningState.SOURCE_RESOLVING)
                                    .toBuilder()
                                    .setToStateValue(77)
                                    .build()),
                    damaged(
                            "a hop of a welcome site",
                            welcomeSite(),
                            moved(ProvisioningState.REQUESTED, ProvisioningState.SOURCE_RESOLVING)),
                    damaged("an end before live", List.of(requested()), completed()),
                    damaged(
                            "a failure before failed",
                            List.of(requested()),
                            failed(ProvisioningState.REQUESTED)),
                    damaged("a second welcome", welcomeSite(), welcomed()),
                    damaged("a welcome of a user's own site", List.of(requested()), welcomed()),
                    damaged("an adoption of a user's own site", List.of(requested()), adopted()),
                    damaged(
                            "a second adoption",
                            List.of(welcomeRequested(), welcomed(), adopted()),
                            adopted()),
                    damaged(
                            "an adoption of what is not served",
                            List.of(welcomeRequested()),
                            adopted()),
                    damaged(
                            "a build of a welcome site",
                            welcomeSite(),
                            deployed(DeployStatus.DEPLOY_STATUS_READY, "", "")),
                    damaged(
                            "an adoption that ends before the site is live",
                            adoptedSiteAt(ProvisioningState.HOOK_CREATED),
                            settled()),
                    damaged(
                            "an end of an adoption that never was",
                            ownSiteAt(ProvisioningState.LIVE),
                            settled()),
                    damaged(
                            "a way back to the playground",
                            ownSiteAt(ProvisioningState.LIVE),
                            settled().toBuilder()
                                    .setFromStage(LifecycleStage.LIFECYCLE_STAGE_LIVE)
                                    .setToStage(LifecycleStage.LIFECYCLE_STAGE_PLAYGROUND)
                                    .build()),
                    damaged(
                            "an event of a session",
                            List.of(requested()),
                            OnboardingStarted.getDefaultInstance()));

    @ParameterizedTest(name = "{0}")
    @FieldSource("DAMAGED")
    void stopsAt(String what, List<Object> history, @Nullable Message last) {
        SiteState before = replay(history);

        assertThatThrownBy(
                        () ->
                                before.after(
                                        last == null ? adopted() : last,
                                        context(before.revision() + (last == null ? 2 : 1))))
                .isInstanceOf(BrokenStream.class);
    }

    @ParameterizedTest
    @EnumSource
    void stopsAtEveryHopOutsideTheTable(ProvisioningState from) {
        SiteState before = replay(ownSiteAt(from));
        for (ProvisioningState to : ProvisioningState.values()) {
            if (!from.leadsTo(to)) {
                assertThatThrownBy(
                                () -> before.after(moved(from, to), context(before.revision() + 1)))
                        .isInstanceOf(BrokenStream.class);
            }
        }
    }

    @Test
    void stopsAtAHistoryThatDoesNotBeginWithARequest() {
        new SiteTestBed()
                .given(moved(ProvisioningState.REQUESTED, ProvisioningState.SOURCE_RESOLVING))
                .when(read(SiteFixtures.USER))
                .expectException(
                        satisfying(
                                Throwable.class,
                                it -> assertThat(it).hasRootCauseInstanceOf(BrokenStream.class)));
    }

    @Test
    void stopsAtAHistoryThatBeginsWithARetry() {
        assertThatThrownBy(() -> replay(List.of(requestedAgain(2))))
                .isInstanceOf(BrokenStream.class);
    }

    private static Arguments damaged(String what, List<?> history, @Nullable Message last) {
        return Arguments.of(what, history, last);
    }

    private static SiteState replay(List<?> events) {
        SiteState state =
                SiteState.requestedBy((SiteProvisionRequested) events.getFirst(), context(1));
        for (int i = 1; i < events.size(); i++) {
            state = state.after((Message) events.get(i), context(i + 1));
        }
        return state;
    }

    private static EventContext context(long revision) {
        return new EventContext("event-" + revision, revision, Map.of());
    }

    private static SiteState with(SiteState some, HostingMode mode, LifecycleStage stage) {
        return new SiteState(
                some.id(),
                some.sessionId(),
                some.userId(),
                some.workspaceId(),
                some.slug(),
                mode,
                stage,
                some.templateId(),
                some.provisioning(),
                some.provisioningUpdatedAt(),
                some.attempt(),
                some.sagaKind(),
                some.deployStatus(),
                some.deployDetail(),
                some.deployUrl(),
                some.githubRepo(),
                some.projectId(),
                some.errorKind(),
                some.lastError(),
                some.requestedAt(),
                some.updatedAt(),
                some.revision(),
                some.lastEventId(),
                some.correlationId(),
                some.recentRequests());
    }
}
