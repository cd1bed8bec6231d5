package tools.choco.onboarding.bench.history;

import com.google.protobuf.Message;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import tools.choco.onboarding.events.v1.DeployStatus;
import tools.choco.onboarding.events.v1.ErrorKind;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.LifecycleStage;
import tools.choco.onboarding.events.v1.ProvisioningState;
import tools.choco.onboarding.events.v1.SagaKind;
import tools.choco.onboarding.events.v1.SiteDeployStatusChanged;
import tools.choco.onboarding.events.v1.SiteLifecycleStageChanged;
import tools.choco.onboarding.events.v1.SiteProvisionCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionFailed;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.events.v1.WelcomeSiteAdopted;
import tools.choco.onboarding.events.v1.WelcomeSiteProvisioned;

/** A site from its request on: hop by hop, parked, failed, tried again, adopted, deployed. */
final class SiteStory extends Story {

    private static final List<ProvisioningState> ROAD =
            List.of(
                    ProvisioningState.PROVISIONING_STATE_REQUESTED,
                    ProvisioningState.PROVISIONING_STATE_SOURCE_RESOLVING,
                    ProvisioningState.PROVISIONING_STATE_SOURCE_RESOLVED,
                    ProvisioningState.PROVISIONING_STATE_VERCEL_CREATING,
                    ProvisioningState.PROVISIONING_STATE_VERCEL_CREATED,
                    ProvisioningState.PROVISIONING_STATE_HOOK_CREATING,
                    ProvisioningState.PROVISIONING_STATE_HOOK_CREATED,
                    ProvisioningState.PROVISIONING_STATE_LIVE);

    private static final Set<ProvisioningState> MAY_FAIL =
            EnumSet.of(
                    ProvisioningState.PROVISIONING_STATE_REQUESTED,
                    ProvisioningState.PROVISIONING_STATE_SOURCE_RESOLVING,
                    ProvisioningState.PROVISIONING_STATE_VERCEL_CREATING,
                    ProvisioningState.PROVISIONING_STATE_HOOK_CREATING);

    private static final List<ErrorKind> ERRORS =
            List.of(
                    ErrorKind.ERROR_KIND_USER_ACTION,
                    ErrorKind.ERROR_KIND_EXHAUSTED,
                    ErrorKind.ERROR_KIND_OPERATOR_ACTION,
                    ErrorKind.ERROR_KIND_INVALID_SOURCE,
                    ErrorKind.ERROR_KIND_INTERNAL);

    private static final String SAGA = "provisioning";

    private static final double FAILS = 0.022;
    private static final double RETRIED = 0.65;
    private static final double LINKED_LATER = 0.6;
    private static final double ADOPTED = 0.2;
    private static final double BUILD_FAILS = 0.06;
    private static final double REDEPLOYED = 0.15;

    private final SessionStory session;
    private final World.Stream stream;
    private final String slug;
    private final String templateId;
    private ProvisioningState state = ProvisioningState.PROVISIONING_STATE_REQUESTED;
    private boolean playground;
    private boolean adopted;
    private boolean linked;
    private int attempt;
    private long requestedAt;
    private String deployUrl = "";

    SiteStory(
            World world,
            Dice dice,
            SessionStory session,
            UUID siteId,
            String slug,
            String templateId,
            boolean welcome) {
        super(world, dice);
        this.session = session;
        this.slug = slug;
        this.templateId = templateId;
        stream = new World.Stream(siteId);
        playground = welcome;
        linked = session.hasGithubLink();
    }

    /** By the user: a site of their own, or one from a template, which is there at once. */
    void request(Map<String, String> request) {
        var eventId = requested(request);
        if (!playground) {
            hop(World.because(eventId, world.cause(SAGA)));
            return;
        }
        deployUrl = "https://welcome.choco.example/" + slug;
        var welcomed =
                world.store(
                        stream,
                        WelcomeSiteProvisioned.newBuilder()
                                .setSiteId(stream.id())
                                .setSessionId(session.sessionId())
                                .setUserId(session.userId())
                                .setWorkspaceId(session.workspaceId())
                                .setOccurredAt(world.timestamp())
                                .setSlug(slug)
                                .setUrl(deployUrl)
                                .setTemplateId(templateId)
                                .build(),
                        World.because(eventId, request));
        after(
                dice.between(Duration.ofMillis(20), Duration.ofMillis(400)),
                () -> session.siteReady(stream.id(), World.because(welcomed, world.cause(SAGA))));
        if (dice.chance(ADOPTED)) {
            after(dice.about(Duration.ofDays(2)), this::adopt);
        }
    }

    private UUID requested(Map<String, String> cause) {
        attempt++;
        requestedAt = world.now();
        state = ProvisioningState.PROVISIONING_STATE_REQUESTED;
        return world.store(
                stream,
                SiteProvisionRequested.newBuilder()
                        .setSiteId(stream.id())
                        .setSessionId(session.sessionId())
                        .setUserId(session.userId())
                        .setWorkspaceId(session.workspaceId())
                        .setOccurredAt(world.timestamp())
                        .setSlug(slug)
                        .setHostingMode(
                                playground
                                        ? HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE
                                        : HostingMode.HOSTING_MODE_USER_GIT)
                        .setLifecycleStage(stage())
                        .setHasGithubLink(linked)
                        .setTemplateId(templateId)
                        .setAttempt(attempt)
                        .setSagaKind(
                                adopted ? SagaKind.SAGA_KIND_ADOPT : SagaKind.SAGA_KIND_PROVISION)
                        .build(),
                cause);
    }

    private LifecycleStage stage() {
        if (playground) {
            return LifecycleStage.LIFECYCLE_STAGE_PLAYGROUND;
        }
        return adopted
                ? LifecycleStage.LIFECYCLE_STAGE_ADOPTED
                : LifecycleStage.LIFECYCLE_STAGE_LIVE;
    }

    private void adopt() {
        playground = false;
        adopted = true;
        linked = true;
        attempt = 1;
        requestedAt = world.now();
        state = ProvisioningState.PROVISIONING_STATE_REQUESTED;
        var eventId =
                world.store(
                        stream,
                        WelcomeSiteAdopted.newBuilder()
                                .setSiteId(stream.id())
                                .setSessionId(session.sessionId())
                                .setUserId(session.userId())
                                .setWorkspaceId(session.workspaceId())
                                .setOccurredAt(world.timestamp())
                                .setSealedGithubRepo(session.sealed(repository()))
                                .setPreviousUrl(deployUrl)
                                .build(),
                        world.requestOf(session.userId()));
        hop(World.because(eventId, world.cause(SAGA)));
    }

    /** The next hop, once what it takes is done. */
    private void hop(Map<String, String> cause) {
        if (state == ProvisioningState.PROVISIONING_STATE_HOOK_CREATED) {
            build(cause);
        } else {
            after(dice.about(Duration.ofMillis(900)), () -> arrive(cause));
        }
    }

    private void arrive(Map<String, String> cause) {
        if (MAY_FAIL.contains(state) && dice.chance(FAILS)) {
            fail(cause);
            return;
        }
        if (state == ProvisioningState.PROVISIONING_STATE_SOURCE_RESOLVING && !linked) {
            park(cause);
            return;
        }
        var next = ROAD.get(ROAD.indexOf(state) + 1);
        var eventId = moveTo(next, "", cause);
        hop(World.because(eventId, cause));
    }

    private void park(Map<String, String> cause) {
        moveTo(ProvisioningState.PROVISIONING_STATE_AWAITING_GITHUB, "no GitHub link", cause);
        if (dice.chance(LINKED_LATER)) {
            after(dice.about(Duration.ofHours(9)), this::resume);
        }
    }

    private void resume() {
        linked = true;
        var cause = world.requestOf(session.userId());
        var eventId = moveTo(ProvisioningState.PROVISIONING_STATE_SOURCE_RESOLVING, "", cause);
        hop(World.because(eventId, world.cause(SAGA)));
    }

    private void fail(Map<String, String> cause) {
        var failed = state;
        var kind = dice.skewed(ERRORS);
        var eventId = moveTo(ProvisioningState.PROVISIONING_STATE_FAILED, kind.name(), cause);
        world.store(
                stream,
                SiteProvisionFailed.newBuilder()
                        .setSiteId(stream.id())
                        .setSessionId(session.sessionId())
                        .setUserId(session.userId())
                        .setWorkspaceId(session.workspaceId())
                        .setOccurredAt(world.timestamp())
                        .setFailedState(failed)
                        .setErrorKind(kind)
                        .setErrorMessage("The host refused the request.")
                        .setAttempt(attempt)
                        .build(),
                World.because(eventId, cause));
        if (dice.chance(RETRIED)) {
            after(dice.about(Duration.ofMinutes(30)), this::retry);
        }
    }

    private void retry() {
        var eventId = requested(world.requestOf(session.userId()));
        hop(World.because(eventId, world.cause(SAGA)));
    }

    /** The first deploy, and as often again as the user needs to mend the build. */
    private void build(Map<String, String> cause) {
        deploy(DeployStatus.DEPLOY_STATUS_BUILDING, "", cause);
        after(
                dice.about(Duration.ofSeconds(25)),
                () -> {
                    if (dice.chance(BUILD_FAILS)) {
                        deploy(DeployStatus.DEPLOY_STATUS_FAILED, "the build ended with 1", cause);
                        after(dice.about(Duration.ofMinutes(12)), () -> build(cause));
                    } else {
                        goLive(cause);
                    }
                });
    }

    private void goLive(Map<String, String> cause) {
        deployUrl = "https://" + slug + ".sites.choco.example";
        deploy(DeployStatus.DEPLOY_STATUS_READY, "", cause);
        var live =
                World.because(moveTo(ProvisioningState.PROVISIONING_STATE_LIVE, "", cause), cause);
        var completed =
                world.store(
                        stream,
                        SiteProvisionCompleted.newBuilder()
                                .setSiteId(stream.id())
                                .setSessionId(session.sessionId())
                                .setUserId(session.userId())
                                .setWorkspaceId(session.workspaceId())
                                .setOccurredAt(world.timestamp())
                                .setVercelProjectId("prj_" + stream.id().substring(0, 8))
                                .setDeployUrl(deployUrl)
                                .setSealedGithubRepo(session.sealed(repository()))
                                .setTotalDurationMs(
                                        TimeUnit.MICROSECONDS.toMillis(world.now() - requestedAt))
                                .build(),
                        live);
        if (adopted) {
            adopted = false;
            world.store(
                    stream,
                    SiteLifecycleStageChanged.newBuilder()
                            .setSiteId(stream.id())
                            .setSessionId(session.sessionId())
                            .setUserId(session.userId())
                            .setWorkspaceId(session.workspaceId())
                            .setOccurredAt(world.timestamp())
                            .setFromStage(LifecycleStage.LIFECYCLE_STAGE_ADOPTED)
                            .setToStage(LifecycleStage.LIFECYCLE_STAGE_LIVE)
                            .build(),
                    live);
        }
        after(
                dice.between(Duration.ofMillis(20), Duration.ofMillis(400)),
                () -> session.siteReady(stream.id(), World.because(completed, world.cause(SAGA))));
        if (dice.chance(REDEPLOYED)) {
            after(dice.about(Duration.ofDays(3)), this::redeploy);
        }
    }

    private void redeploy() {
        var cause = world.cause(SAGA);
        deploy(DeployStatus.DEPLOY_STATUS_BUILDING, "", cause);
        boolean fails = dice.chance(BUILD_FAILS);
        after(
                dice.about(Duration.ofSeconds(25)),
                () ->
                        deploy(
                                fails
                                        ? DeployStatus.DEPLOY_STATUS_FAILED
                                        : DeployStatus.DEPLOY_STATUS_READY,
                                fails ? "the build ended with 1" : "",
                                cause));
    }

    private void deploy(DeployStatus status, String detail, Map<String, String> cause) {
        SiteDeployStatusChanged.Builder event =
                SiteDeployStatusChanged.newBuilder()
                        .setSiteId(stream.id())
                        .setSessionId(session.sessionId())
                        .setUserId(session.userId())
                        .setWorkspaceId(session.workspaceId())
                        .setOccurredAt(world.timestamp())
                        .setDeployStatus(status)
                        .setDeployUrl(deployUrl);
        if (!detail.isEmpty()) {
            event.setSealedDetail(session.sealed(detail));
        }
        world.store(stream, event.build(), cause);
    }

    private UUID moveTo(ProvisioningState next, String detail, Map<String, String> cause) {
        Message hop =
                SiteProvisionStateChanged.newBuilder()
                        .setSiteId(stream.id())
                        .setSessionId(session.sessionId())
                        .setUserId(session.userId())
                        .setWorkspaceId(session.workspaceId())
                        .setOccurredAt(world.timestamp())
                        .setFromState(state)
                        .setToState(next)
                        .setAttempt(attempt)
                        .setDetail(detail)
                        .build();
        state = next;
        return world.store(stream, hop, cause);
    }

    private String repository() {
        return session.userId() + "/" + slug;
    }
}
