package tools.choco.onboarding.site;

import com.google.protobuf.Message;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.BrokenStream;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.EventContext;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.RecentRequests;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.events.v1.DeployStatus;
import tools.choco.onboarding.events.v1.ErrorKind;
import tools.choco.onboarding.events.v1.HostingMode;
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
import tools.choco.onboarding.session.SessionId;

/**
 * A site as its events made it. A value: {@link #after} gives the next one.
 *
 * <p>Hosting mode and stage always fit: PLATFORM_TEMPLATE is a PLAYGROUND, without provisioning and
 * repository; USER_GIT is ADOPTED or LIVE and is provisioned.
 *
 * @param id the site
 * @param sessionId session that spawned it
 * @param userId whose it is
 * @param workspaceId workspace of the session; null if it has none
 * @param slug name in its address
 * @param hostingMode where its source lives
 * @param lifecycleStage where it is in its life
 * @param templateId template of its content
 * @param provisioning where its provisioning is; null for a welcome site
 * @param provisioningUpdatedAt when the provisioning last moved; null for a welcome site
 * @param attempt attempt, from 1; an adoption begins at 1 again
 * @param sagaKind story of the provisioning
 * @param deployStatus outcome of the latest build; null before the first
 * @param deployDetail what there was to say about it, sealed; null if nothing
 * @param deployUrl where it is served; null until it is
 * @param githubRepo source repository, sealed: wanted since the adoption, certain since it is live;
 *     null before
 * @param projectId id of the hosting project; null until it is live
 * @param errorKind who has to act so that it can go on; null unless the attempt failed
 * @param lastError what happened; null unless the attempt failed
 * @param requestedAt when the attempt was requested
 * @param updatedAt when anything last happened to it
 * @param revision number of its last event, from 1
 * @param lastEventId id of its last event
 * @param correlationId request that its last event belongs to
 * @param recentRequests what it accepted last
 */
public record SiteState(
        SiteId id,
        SessionId sessionId,
        String userId,
        @Nullable String workspaceId,
        Slug slug,
        HostingMode hostingMode,
        LifecycleStage lifecycleStage,
        String templateId,
        @Nullable ProvisioningState provisioning,
        @Nullable Instant provisioningUpdatedAt,
        int attempt,
        SagaKind sagaKind,
        @Nullable DeployStatus deployStatus,
        @Nullable SealedText deployDetail,
        @Nullable String deployUrl,
        @Nullable SealedText githubRepo,
        @Nullable String projectId,
        @Nullable ErrorKind errorKind,
        @Nullable String lastError,
        Instant requestedAt,
        Instant updatedAt,
        long revision,
        String lastEventId,
        String correlationId,
        RecentRequests recentRequests) {

    /** Field of a site's events under which its repository is sealed. */
    public static final String GITHUB_REPO = "github_repo";

    /** Field of a site's events under which it is sealed what there is to say about a build. */
    static final String DETAIL = "detail";

    /**
     * @throws BrokenStream if hosting mode and stage do not fit, or what only one of the modes has
     *     is there with the other
     */
    public SiteState {
        boolean fits =
                switch (hostingMode) {
                    case HOSTING_MODE_PLATFORM_TEMPLATE ->
                            lifecycleStage == LifecycleStage.LIFECYCLE_STAGE_PLAYGROUND
                                    && provisioning == null
                                    && githubRepo == null
                                    && deployStatus == null;
                    case HOSTING_MODE_USER_GIT ->
                            (lifecycleStage == LifecycleStage.LIFECYCLE_STAGE_ADOPTED
                                            || lifecycleStage
                                                    == LifecycleStage.LIFECYCLE_STAGE_LIVE)
                                    && provisioning != null;
                    case HOSTING_MODE_UNSPECIFIED, UNRECOGNIZED -> false;
                };
        if (!fits) {
            throw new BrokenStream(hostingMode + " cannot be " + lifecycleStage);
        }
    }

    static SiteState requestedBy(SiteProvisionRequested event, EventContext context) {
        context.requireNext(0);
        if (event.getAttempt() != 1) {
            throw new BrokenStream("a site begins with its first attempt");
        }
        Instant at = EventTime.fromProto(event.getOccurredAt());
        boolean provisioned = event.getHostingMode() == HostingMode.HOSTING_MODE_USER_GIT;
        return new SiteState(
                new SiteId(event.getSiteId()),
                new SessionId(event.getSessionId()),
                event.getUserId(),
                emptyToNull(event.getWorkspaceId()),
                new Slug(event.getSlug()),
                event.getHostingMode(),
                event.getLifecycleStage(),
                event.getTemplateId(),
                provisioned ? ProvisioningState.REQUESTED : null,
                provisioned ? at : null,
                event.getAttempt(),
                event.getSagaKind(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                at,
                at,
                context.revision(),
                context.eventId(),
                context.correlationId(),
                RecentRequests.NONE.after(context, true));
    }

    /**
     * The state after one more event.
     *
     * @throws BrokenStream if the event cannot follow
     */
    SiteState after(Message event, EventContext context) {
        Draft next = new Draft(context);
        switch (event) {
            case SiteProvisionRequested it -> next.retried(it);
            case SiteProvisionStateChanged it -> next.moved(it);
            case SiteProvisionCompleted it -> next.completed(it);
            case SiteProvisionFailed it -> next.failed(it);
            case WelcomeSiteProvisioned it -> next.welcomed(it);
            case WelcomeSiteAdopted it -> next.adopted(it);
            case SiteDeployStatusChanged it -> next.deployed(it);
            case SiteLifecycleStageChanged it -> next.staged(it);
            default ->
                    throw new BrokenStream(
                            event.getDescriptorForType().getName() + " cannot follow in a site");
        }
        return next.build();
    }

    /** Whether it is the platform's: a welcome site, which is not provisioned. */
    public boolean isWelcomeSite() {
        return hostingMode == HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE;
    }

    /** Whether its attempt failed, so that nothing happens before a retry. */
    public boolean hasFailed() {
        return provisioning == ProvisioningState.FAILED;
    }

    /**
     * The source repository, {@code owner/name}; empty before it is known, and once the user's keys
     * are destroyed.
     */
    public Optional<String> repository(TextVault texts) {
        return opened(texts, GITHUB_REPO, githubRepo);
    }

    /** What there was to say about the latest build; empty if nothing, or as for the repository. */
    public Optional<String> detail(TextVault texts) {
        return opened(texts, DETAIL, deployDetail);
    }

    private Optional<String> opened(TextVault texts, String field, @Nullable SealedText sealed) {
        return Optional.ofNullable(sealed).flatMap(it -> texts.open(userId, id.value(), field, it));
    }

    /** Whether the latest build is known to be so already. */
    boolean knows(RecordDeploy deploy, TextVault texts) {
        return deploy.status() == deployStatus
                && deploy.detail().equals(detail(texts).orElse(""))
                && (deploy.deployUrl().isEmpty() || deploy.deployUrl().equals(deployUrl));
    }

    /** A request of the service that the site's last event gave rise to. */
    public Request followUp(Caller caller) {
        return Request.of(caller, correlationId).causedBy(lastEventId);
    }

    private static @Nullable String emptyToNull(String value) {
        return value.isEmpty() ? null : value;
    }

    /** The members that one event can change, before they are a state again. */
    private final class Draft {
        private final EventContext context;
        private HostingMode hostingMode = SiteState.this.hostingMode;
        private LifecycleStage lifecycleStage = SiteState.this.lifecycleStage;
        private @Nullable ProvisioningState provisioning = SiteState.this.provisioning;
        private @Nullable Instant provisioningUpdatedAt = SiteState.this.provisioningUpdatedAt;
        private int attempt = SiteState.this.attempt;
        private SagaKind sagaKind = SiteState.this.sagaKind;
        private @Nullable DeployStatus deployStatus = SiteState.this.deployStatus;
        private @Nullable SealedText deployDetail = SiteState.this.deployDetail;
        private @Nullable String deployUrl = SiteState.this.deployUrl;
        private @Nullable SealedText githubRepo = SiteState.this.githubRepo;
        private @Nullable String projectId = SiteState.this.projectId;
        private @Nullable ErrorKind errorKind = SiteState.this.errorKind;
        private @Nullable String lastError = SiteState.this.lastError;
        private Instant requestedAt = SiteState.this.requestedAt;
        private Instant updatedAt = SiteState.this.updatedAt;

        Draft(EventContext context) {
            context.requireNext(revision);
            this.context = context;
        }

        void retried(SiteProvisionRequested event) {
            require(provisioning == ProvisioningState.FAILED, "only a failed site is tried again");
            require(event.getAttempt() == attempt + 1, "attempts are counted one by one");
            require(
                    event.getHostingMode() == hostingMode
                            && event.getLifecycleStage() == lifecycleStage
                            && event.getSagaKind() == sagaKind,
                    "a retry changes neither mode nor stage nor story");
            updatedAt = EventTime.fromProto(event.getOccurredAt());
            begin(event.getAttempt());
        }

        void moved(SiteProvisionStateChanged event) {
            ProvisioningState from = known(event.getFromState());
            ProvisioningState to = known(event.getToState());
            require(from == provisioning, "a hop begins where the site is");
            require(from.leadsTo(to), "a hop from " + from + " to " + to + " does not exist");
            require(event.getAttempt() == attempt, "a hop belongs to the current attempt");
            updatedAt = EventTime.fromProto(event.getOccurredAt());
            provisioning = to;
            provisioningUpdatedAt = updatedAt;
        }

        void completed(SiteProvisionCompleted event) {
            require(provisioning == ProvisioningState.LIVE, "the provisioning ends at live");
            updatedAt = EventTime.fromProto(event.getOccurredAt());
            projectId = event.getVercelProjectId();
            deployUrl = event.getDeployUrl();
            if (event.hasSealedGithubRepo()) {
                githubRepo = event.getSealedGithubRepo();
            }
        }

        void failed(SiteProvisionFailed event) {
            require(provisioning == ProvisioningState.FAILED, "a failure follows its hop");
            updatedAt = EventTime.fromProto(event.getOccurredAt());
            errorKind = event.getErrorKind();
            lastError = event.getErrorMessage();
        }

        void welcomed(WelcomeSiteProvisioned event) {
            require(isWelcomeSite() && deployUrl == null, "a welcome site is provisioned once");
            updatedAt = EventTime.fromProto(event.getOccurredAt());
            deployUrl = event.getUrl();
        }

        void adopted(WelcomeSiteAdopted event) {
            require(isWelcomeSite() && deployUrl != null, "only a welcome site is adopted");
            updatedAt = EventTime.fromProto(event.getOccurredAt());
            hostingMode = HostingMode.HOSTING_MODE_USER_GIT;
            lifecycleStage = LifecycleStage.LIFECYCLE_STAGE_ADOPTED;
            sagaKind = SagaKind.SAGA_KIND_ADOPT;
            githubRepo = event.hasSealedGithubRepo() ? event.getSealedGithubRepo() : null;
            begin(1);
        }

        void deployed(SiteDeployStatusChanged event) {
            updatedAt = EventTime.fromProto(event.getOccurredAt());
            deployStatus = event.getDeployStatus();
            deployDetail = event.hasSealedDetail() ? event.getSealedDetail() : null;
            // The last good version stays up.
            if (!event.getDeployUrl().isEmpty()) {
                deployUrl = event.getDeployUrl();
            }
        }

        void staged(SiteLifecycleStageChanged event) {
            require(
                    provisioning == ProvisioningState.LIVE
                            && event.getFromStage() == lifecycleStage
                            && event.getFromStage() == LifecycleStage.LIFECYCLE_STAGE_ADOPTED
                            && event.getToStage() == LifecycleStage.LIFECYCLE_STAGE_LIVE,
                    "the stage goes from adopted to live, once the site is served");
            updatedAt = EventTime.fromProto(event.getOccurredAt());
            lifecycleStage = event.getToStage();
        }

        private void begin(int attempt) {
            this.attempt = attempt;
            provisioning = ProvisioningState.REQUESTED;
            provisioningUpdatedAt = updatedAt;
            requestedAt = updatedAt;
            errorKind = null;
            lastError = null;
        }

        private static ProvisioningState known(
                tools.choco.onboarding.events.v1.ProvisioningState state) {
            try {
                return ProvisioningState.of(state);
            } catch (IllegalArgumentException ofANewerSchema) {
                throw new BrokenStream("a hop names a state that is not known");
            }
        }

        private static void require(boolean holds, String rule) {
            if (!holds) {
                throw new BrokenStream(rule);
            }
        }

        SiteState build() {
            return new SiteState(
                    id,
                    sessionId,
                    userId,
                    workspaceId,
                    slug,
                    hostingMode,
                    lifecycleStage,
                    templateId,
                    provisioning,
                    provisioningUpdatedAt,
                    attempt,
                    sagaKind,
                    deployStatus,
                    deployDetail,
                    deployUrl,
                    githubRepo,
                    projectId,
                    errorKind,
                    lastError,
                    requestedAt,
                    updatedAt,
                    context.revision(),
                    context.eventId(),
                    context.correlationId(),
                    recentRequests.after(context, false));
        }
    }
}
