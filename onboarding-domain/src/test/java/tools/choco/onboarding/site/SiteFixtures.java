package tools.choco.onboarding.site;

import com.google.protobuf.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.Request;
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
import tools.choco.onboarding.testing.ReversibleTexts;

/**
 * Ada's site: events in the past tense, commands in the present. Everything happens at {@link
 * #NOON}, unless a test says otherwise.
 */
public final class SiteFixtures {

    public static final Instant NOON = Instant.parse("2026-03-02T12:00:00.123456Z");
    public static final SessionId SESSION = new SessionId("01960000-0000-7000-8000-000000000001");
    public static final Slug SLUG = new Slug("adas-notes");
    public static final SiteId SITE = SiteId.of(SESSION, SLUG);

    static final String ADA = "ada";
    static final String CORRELATION = "11111111111111111111111111111111";
    static final String WELCOME_URL = "https://sites.test/welcome/adas-notes/";
    static final String LIVE_URL = "https://sites.test/adas-notes/";
    static final String REPOSITORY = "ada-lovelace/adas-notes";
    static final Caller USER = Caller.user(ADA);
    static final Caller OPERATOR = Caller.operator("grace");
    static final Caller SERVICE = Caller.service("provisioning");

    private SiteFixtures() {}

    // Events.

    /** A site of the user's own. */
    public static SiteProvisionRequested requested() {
        return SiteProvisionRequested.newBuilder()
                .setSiteId(SITE.value())
                .setSessionId(SESSION.value())
                .setUserId(ADA)
                .setWorkspaceId("ws-1")
                .setOccurredAt(EventTime.toProto(NOON))
                .setSlug(SLUG.value())
                .setHostingMode(HostingMode.HOSTING_MODE_USER_GIT)
                .setLifecycleStage(LifecycleStage.LIFECYCLE_STAGE_LIVE)
                .setTemplateId("blog-starter")
                .setAttempt(1)
                .setSagaKind(SagaKind.SAGA_KIND_PROVISION)
                .build();
    }

    /** A welcome site. */
    public static SiteProvisionRequested welcomeRequested() {
        return requested().toBuilder()
                .setHostingMode(HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE)
                .setLifecycleStage(LifecycleStage.LIFECYCLE_STAGE_PLAYGROUND)
                .build();
    }

    /** The next attempt of a site of the user's own. */
    public static SiteProvisionRequested requestedAgain(int attempt) {
        return requested().toBuilder().setAttempt(attempt).build();
    }

    public static WelcomeSiteProvisioned welcomed() {
        return WelcomeSiteProvisioned.newBuilder()
                .setSiteId(SITE.value())
                .setSessionId(SESSION.value())
                .setUserId(ADA)
                .setWorkspaceId("ws-1")
                .setOccurredAt(EventTime.toProto(NOON))
                .setSlug(SLUG.value())
                .setUrl(WELCOME_URL)
                .setTemplateId("blog-starter")
                .build();
    }

    public static WelcomeSiteAdopted adopted() {
        return WelcomeSiteAdopted.newBuilder()
                .setSiteId(SITE.value())
                .setSessionId(SESSION.value())
                .setUserId(ADA)
                .setWorkspaceId("ws-1")
                .setOccurredAt(EventTime.toProto(NOON))
                .setSealedGithubRepo(sealed(SiteState.GITHUB_REPO, REPOSITORY))
                .setPreviousUrl(WELCOME_URL)
                .build();
    }

    /** A hop of the first attempt. */
    public static SiteProvisionStateChanged moved(ProvisioningState from, ProvisioningState to) {
        return moved(from, to, 1);
    }

    public static SiteProvisionStateChanged moved(
            ProvisioningState from, ProvisioningState to, int attempt) {
        return SiteProvisionStateChanged.newBuilder()
                .setSiteId(SITE.value())
                .setSessionId(SESSION.value())
                .setUserId(ADA)
                .setWorkspaceId("ws-1")
                .setOccurredAt(EventTime.toProto(NOON))
                .setFromState(from.toProto())
                .setToState(to.toProto())
                .setAttempt(attempt)
                .build();
    }

    public static SiteProvisionCompleted completed() {
        return SiteProvisionCompleted.newBuilder()
                .setSiteId(SITE.value())
                .setSessionId(SESSION.value())
                .setUserId(ADA)
                .setWorkspaceId("ws-1")
                .setOccurredAt(EventTime.toProto(NOON))
                .setVercelProjectId("project-1")
                .setDeployUrl(LIVE_URL)
                .setSealedGithubRepo(sealed(SiteState.GITHUB_REPO, REPOSITORY))
                .build();
    }

    public static SiteProvisionFailed failed(ProvisioningState at) {
        return SiteProvisionFailed.newBuilder()
                .setSiteId(SITE.value())
                .setSessionId(SESSION.value())
                .setUserId(ADA)
                .setWorkspaceId("ws-1")
                .setOccurredAt(EventTime.toProto(NOON))
                .setFailedState(at.toProto())
                .setErrorKind(ErrorKind.ERROR_KIND_USER_ACTION)
                .setErrorMessage("The name is taken.")
                .setAttempt(1)
                .build();
    }

    static SiteDeployStatusChanged deployed(DeployStatus status, String url, String detail) {
        SiteDeployStatusChanged.Builder event =
                SiteDeployStatusChanged.newBuilder()
                        .setSiteId(SITE.value())
                        .setSessionId(SESSION.value())
                        .setUserId(ADA)
                        .setWorkspaceId("ws-1")
                        .setOccurredAt(EventTime.toProto(NOON))
                        .setDeployStatus(status)
                        .setDeployUrl(url);
        if (!detail.isEmpty()) {
            event.setSealedDetail(sealed(SiteState.DETAIL, detail));
        }
        return event.build();
    }

    private static SealedText sealed(String field, String text) {
        return ReversibleTexts.sealed(ADA, SITE.value(), field, text);
    }

    /** The adoption is over. */
    static SiteLifecycleStageChanged settled() {
        return SiteLifecycleStageChanged.newBuilder()
                .setSiteId(SITE.value())
                .setSessionId(SESSION.value())
                .setUserId(ADA)
                .setWorkspaceId("ws-1")
                .setOccurredAt(EventTime.toProto(NOON))
                .setFromStage(LifecycleStage.LIFECYCLE_STAGE_ADOPTED)
                .setToStage(LifecycleStage.LIFECYCLE_STAGE_LIVE)
                .build();
    }

    /** The same event at another time. */
    @SuppressWarnings("unchecked")
    static <E extends Message> E at(Instant time, E event) {
        var field = event.getDescriptorForType().findFieldByName("occurred_at");
        return (E) event.toBuilder().setField(field, EventTime.toProto(time)).build();
    }

    /** The same end of the provisioning, some time after its request. */
    static SiteProvisionCompleted after(Duration total, SiteProvisionCompleted event) {
        return event.toBuilder().setTotalDurationMs(total.toMillis()).build();
    }

    /** The event with the metadata of a request without a key. */
    static EventMessage<?> by(Caller caller, Message event) {
        return sentWith(requestOf(caller), event);
    }

    /** The event with the metadata of that request. */
    static EventMessage<?> sentWith(Request request, Message event) {
        return new GenericEventMessage<>(event, request.metadata());
    }

    // Histories.

    /** How a site of the user's own gets into a state the shortest way. */
    static List<Object> ownSiteAt(ProvisioningState state) {
        List<Object> events = new ArrayList<>(List.of(requested()));
        events.addAll(wayTo(state));
        return events;
    }

    /** How an adopted site gets into a state the shortest way. */
    static List<Object> adoptedSiteAt(ProvisioningState state) {
        List<Object> events = new ArrayList<>(List.of(welcomeRequested(), welcomed(), adopted()));
        events.addAll(wayTo(state));
        if (state == ProvisioningState.LIVE) {
            events.add(settled());
        }
        return events;
    }

    static List<Object> welcomeSite() {
        return List.of(welcomeRequested(), welcomed());
    }

    private static List<Object> wayTo(ProvisioningState state) {
        List<ProvisioningState> way =
                switch (state) {
                    case AWAITING_GITHUB ->
                            List.of(
                                    ProvisioningState.REQUESTED,
                                    ProvisioningState.SOURCE_RESOLVING,
                                    ProvisioningState.AWAITING_GITHUB);
                    case FAILED -> List.of(ProvisioningState.REQUESTED, ProvisioningState.FAILED);
                    default -> List.of(ProvisioningState.values()).subList(0, state.ordinal() + 1);
                };
        List<Object> events = new ArrayList<>();
        for (int i = 1; i < way.size(); i++) {
            events.add(moved(way.get(i - 1), way.get(i)));
        }
        if (state == ProvisioningState.LIVE) {
            events.add(completed());
        }
        if (state == ProvisioningState.FAILED) {
            events.add(failed(ProvisioningState.REQUESTED));
        }
        return events;
    }

    // Requests.

    static Request request() {
        return requestOf(USER);
    }

    static Request requestOf(Caller caller) {
        return Request.of(caller, CORRELATION);
    }

    static Request keyed(String key) {
        return keyed(USER, key, "hash of " + key);
    }

    static Request keyed(Caller caller, String key, String hash) {
        return new Request(caller, CORRELATION, key, hash, null);
    }

    static Request ifMatch(long revision) {
        return new Request(USER, CORRELATION, null, "", revision);
    }

    static Map<String, String> keyedMetadata(String key) {
        return Map.of(
                EventMetadata.CORRELATION_ID, CORRELATION,
                EventMetadata.ACTOR, ADA,
                EventMetadata.IDEMPOTENCY_KEY, key,
                EventMetadata.REQUEST_HASH, "hash of " + key);
    }

    // Commands.

    static NewSite ownSite() {
        return new NewSite(
                SESSION,
                ADA,
                "ws-1",
                SLUG,
                HostingMode.HOSTING_MODE_USER_GIT,
                "blog-starter",
                false,
                null);
    }

    static NewSite newWelcomeSite() {
        return new NewSite(
                SESSION,
                ADA,
                "ws-1",
                SLUG,
                HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE,
                "blog-starter",
                false,
                WELCOME_URL);
    }

    static CreateSite create(NewSite site) {
        return create(site, request());
    }

    static CreateSite create(NewSite site, Request request) {
        return new CreateSite(site, request);
    }

    static StartProvisioning start(boolean githubLinked) {
        return start(githubLinked, request());
    }

    static StartProvisioning start(boolean githubLinked, Request request) {
        return new StartProvisioning(SITE, githubLinked, request);
    }

    static AdvanceSite advance(ProvisioningState from, ProvisioningState to) {
        return advance(from, to, 1);
    }

    static AdvanceSite advance(ProvisioningState from, ProvisioningState to, int attempt) {
        return new AdvanceSite(SITE, attempt, from, to, "", requestOf(SERVICE));
    }

    static GoLive goLive() {
        return goLive(1);
    }

    static GoLive goLive(int attempt) {
        return new GoLive(SITE, attempt, "project-1", LIVE_URL, REPOSITORY, requestOf(SERVICE));
    }

    static FailSite fail() {
        return fail(1, requestOf(SERVICE));
    }

    static FailSite fail(@Nullable Integer attempt, Request request) {
        return new FailSite(
                SITE, attempt, ErrorKind.ERROR_KIND_USER_ACTION, "The name is taken.", request);
    }

    static RetrySite retry() {
        return new RetrySite(SITE, true, request());
    }

    static AdoptSite adopt(boolean githubLinked) {
        return adopt(githubLinked, request());
    }

    static AdoptSite adopt(boolean githubLinked, Request request) {
        return new AdoptSite(SITE, REPOSITORY, githubLinked, request);
    }

    static RecordDeploy deploy(DeployStatus status, String url, String detail) {
        return new RecordDeploy(SITE, status, url, detail, requestOf(SERVICE));
    }

    static ReadSite read(Caller caller) {
        return new ReadSite(SITE, requestOf(caller));
    }
}
