package tools.choco.onboarding.site;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.events.v1.LifecycleStage;
import tools.choco.onboarding.events.v1.SagaKind;
import tools.choco.onboarding.events.v1.SealedText;
import tools.choco.onboarding.events.v1.SiteDeployStatusChanged;
import tools.choco.onboarding.events.v1.SiteLifecycleStageChanged;
import tools.choco.onboarding.events.v1.SiteProvisionCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionFailed;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.events.v1.WelcomeSiteAdopted;
import tools.choco.onboarding.events.v1.WelcomeSiteProvisioned;

/** Builds a site's events from its state: what they carry is derived here and nowhere else. */
final class SiteEvents {

    private SiteEvents() {}

    static SiteProvisionRequested requested(NewSite site, Instant at) {
        return SiteProvisionRequested.newBuilder()
                .setSiteId(site.id().value())
                .setSessionId(site.sessionId().value())
                .setUserId(site.userId())
                .setWorkspaceId(nullToEmpty(site.workspaceId()))
                .setOccurredAt(EventTime.toProto(at))
                .setSlug(site.slug().value())
                .setHostingMode(site.hostingMode())
                .setLifecycleStage(
                        site.isWelcomeSite()
                                ? LifecycleStage.LIFECYCLE_STAGE_PLAYGROUND
                                : LifecycleStage.LIFECYCLE_STAGE_LIVE)
                .setHasGithubLink(site.githubLinked())
                .setTemplateId(site.templateId())
                .setAttempt(1)
                .setSagaKind(SagaKind.SAGA_KIND_PROVISION)
                .build();
    }

    static WelcomeSiteProvisioned welcomed(NewSite site, String url, Instant at) {
        return WelcomeSiteProvisioned.newBuilder()
                .setSiteId(site.id().value())
                .setSessionId(site.sessionId().value())
                .setUserId(site.userId())
                .setWorkspaceId(nullToEmpty(site.workspaceId()))
                .setOccurredAt(EventTime.toProto(at))
                .setSlug(site.slug().value())
                .setUrl(url)
                .setTemplateId(site.templateId())
                .build();
    }

    /** The next attempt of a site that failed. */
    static SiteProvisionRequested retried(SiteState state, boolean githubLinked, Instant at) {
        return SiteProvisionRequested.newBuilder()
                .setSiteId(state.id().value())
                .setSessionId(state.sessionId().value())
                .setUserId(state.userId())
                .setWorkspaceId(nullToEmpty(state.workspaceId()))
                .setOccurredAt(EventTime.toProto(at))
                .setSlug(state.slug().value())
                .setHostingMode(state.hostingMode())
                .setLifecycleStage(state.lifecycleStage())
                .setHasGithubLink(githubLinked)
                .setTemplateId(state.templateId())
                .setAttempt(state.attempt() + 1)
                .setSagaKind(state.sagaKind())
                .build();
    }

    static SiteProvisionStateChanged moved(
            SiteState state,
            ProvisioningState from,
            ProvisioningState to,
            String detail,
            Instant at) {
        return SiteProvisionStateChanged.newBuilder()
                .setSiteId(state.id().value())
                .setSessionId(state.sessionId().value())
                .setUserId(state.userId())
                .setWorkspaceId(nullToEmpty(state.workspaceId()))
                .setOccurredAt(EventTime.toProto(at))
                .setFromState(from.toProto())
                .setToState(to.toProto())
                .setAttempt(state.attempt())
                .setDetail(detail)
                .build();
    }

    /**
     * @param githubRepo source repository, sealed; null if it is not to be named
     */
    static SiteProvisionCompleted completed(
            SiteState state, GoLive command, @Nullable SealedText githubRepo, Instant at) {
        SiteProvisionCompleted.Builder event =
                SiteProvisionCompleted.newBuilder()
                        .setSiteId(state.id().value())
                        .setSessionId(state.sessionId().value())
                        .setUserId(state.userId())
                        .setWorkspaceId(nullToEmpty(state.workspaceId()))
                        .setOccurredAt(EventTime.toProto(at))
                        .setVercelProjectId(command.projectId())
                        .setDeployUrl(command.deployUrl())
                        .setTotalDurationMs(Duration.between(state.requestedAt(), at).toMillis());
        if (githubRepo != null) {
            event.setSealedGithubRepo(githubRepo);
        }
        return event.build();
    }

    static SiteProvisionFailed failed(
            SiteState state, ProvisioningState at, FailSite command, Instant when) {
        return SiteProvisionFailed.newBuilder()
                .setSiteId(state.id().value())
                .setSessionId(state.sessionId().value())
                .setUserId(state.userId())
                .setWorkspaceId(nullToEmpty(state.workspaceId()))
                .setOccurredAt(EventTime.toProto(when))
                .setFailedState(at.toProto())
                .setErrorKind(command.kind())
                .setErrorMessage(command.message())
                .setAttempt(state.attempt())
                .build();
    }

    /**
     * @param githubRepo wanted source repository, sealed
     */
    static WelcomeSiteAdopted adopted(
            SiteState state, @Nullable SealedText githubRepo, Instant at) {
        WelcomeSiteAdopted.Builder event =
                WelcomeSiteAdopted.newBuilder()
                        .setSiteId(state.id().value())
                        .setSessionId(state.sessionId().value())
                        .setUserId(state.userId())
                        .setWorkspaceId(nullToEmpty(state.workspaceId()))
                        .setOccurredAt(EventTime.toProto(at))
                        .setPreviousUrl(nullToEmpty(state.deployUrl()));
        if (githubRepo != null) {
            event.setSealedGithubRepo(githubRepo);
        }
        return event.build();
    }

    /**
     * @param detail what there is to say about it, sealed; null if nothing
     */
    static SiteDeployStatusChanged deployed(
            SiteState state, RecordDeploy command, @Nullable SealedText detail, Instant at) {
        SiteDeployStatusChanged.Builder event =
                SiteDeployStatusChanged.newBuilder()
                        .setSiteId(state.id().value())
                        .setSessionId(state.sessionId().value())
                        .setUserId(state.userId())
                        .setWorkspaceId(nullToEmpty(state.workspaceId()))
                        .setOccurredAt(EventTime.toProto(at))
                        .setDeployStatus(command.status())
                        .setDeployUrl(command.deployUrl());
        if (detail != null) {
            event.setSealedDetail(detail);
        }
        return event.build();
    }

    /** The adoption is over. */
    static SiteLifecycleStageChanged settled(SiteState state, Instant at) {
        return SiteLifecycleStageChanged.newBuilder()
                .setSiteId(state.id().value())
                .setSessionId(state.sessionId().value())
                .setUserId(state.userId())
                .setWorkspaceId(nullToEmpty(state.workspaceId()))
                .setOccurredAt(EventTime.toProto(at))
                .setFromStage(state.lifecycleStage())
                .setToStage(LifecycleStage.LIFECYCLE_STAGE_LIVE)
                .build();
    }

    private static String nullToEmpty(@Nullable String value) {
        return value == null ? "" : value;
    }
}
