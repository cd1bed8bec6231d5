package tools.choco.onboarding.session;

import com.google.protobuf.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.answer.Answers;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.OfferedPath;
import tools.choco.onboarding.events.v1.OfferedStep;
import tools.choco.onboarding.events.v1.OnboardingAbandoned;
import tools.choco.onboarding.events.v1.OnboardingCompleted;
import tools.choco.onboarding.events.v1.OnboardingPathSelected;
import tools.choco.onboarding.events.v1.OnboardingReset;
import tools.choco.onboarding.events.v1.OnboardingResumed;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;
import tools.choco.onboarding.events.v1.OnboardingStepReopened;
import tools.choco.onboarding.events.v1.OnboardingStepSkipped;
import tools.choco.onboarding.events.v1.ResetInitiator;
import tools.choco.onboarding.events.v1.StepKind;
import tools.choco.onboarding.flow.Flow;
import tools.choco.onboarding.flow.Step;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.Slug;
import tools.choco.onboarding.testing.ReversibleTexts;

/**
 * Ada's session: events in the past tense, commands in the present. Everything happens at {@link
 * #NOON}, unless a test says otherwise.
 */
final class SessionFixtures {

    static final Instant NOON = Instant.parse("2026-03-02T12:00:00.123456Z");
    static final String ADA = "ada";
    static final SessionId SESSION = new SessionId("01960000-0000-7000-8000-000000000001");
    static final SessionId SUCCESSOR = new SessionId("01960000-0000-7000-8000-000000000002");
    static final Slug SLUG = new Slug("adas-notes");
    static final String SITE_ID = SiteId.of(SESSION, SLUG).value();
    static final String CORRELATION = "11111111111111111111111111111111";
    static final Caller USER = Caller.user(ADA);
    static final Caller OPERATOR = Caller.operator("grace");
    static final Caller SERVICE = Caller.service("idle-sweep");

    private SessionFixtures() {}

    // Events.

    static OnboardingStarted started() {
        return started(SESSION, InMemoryFlows.GUIDED);
    }

    /** The start of a flow without a site. */
    static OnboardingStarted startedQuick() {
        return started(SESSION, InMemoryFlows.QUICK);
    }

    static OnboardingStarted started(SessionId id, Flow flow) {
        OnboardingStarted.Builder event =
                OnboardingStarted.newBuilder()
                        .setSessionId(id.value())
                        .setUserId(ADA)
                        .setOccurredAt(EventTime.toProto(NOON))
                        .setFlowId(flow.id())
                        .setFlowVersion(flow.version())
                        .setFlowHash(flow.hash())
                        .setVariant(flow.variantFor(ADA))
                        .setTotalSteps(flow.steps().size());
        for (Step step : flow.steps()) {
            event.addSteps(
                    OfferedStep.newBuilder()
                            .setStepId(step.key())
                            .setTitle(step.title())
                            .setKind(StepKind.valueOf("STEP_KIND_" + step.kind()))
                            .setOrdinal(step.ordinal())
                            .setRequired(step.required())
                            .setSkippable(step.skippable()));
        }
        flow.paths()
                .forEach(
                        path ->
                                event.addPaths(
                                        OfferedPath.newBuilder()
                                                .setPathId(path.key())
                                                .setTitle(path.title())));
        return event.build();
    }

    static OnboardingStarted startedIn(String workspaceId) {
        return started().toBuilder().setWorkspaceId(workspaceId).build();
    }

    static OnboardingStepCompleted stepCompleted(String stepId) {
        return stepCompleted(stepId, answersOf(stepId));
    }

    static OnboardingStepCompleted stepCompleted(String stepId, Answers answers) {
        return OnboardingStepCompleted.newBuilder()
                .setSessionId(SESSION.value())
                .setUserId(ADA)
                .setOccurredAt(EventTime.toProto(NOON))
                .setStepId(stepId)
                .setOrdinal(ordinalOf(stepId))
                .setAnswers(ReversibleVault.sealed(ADA, SESSION.value(), stepId, answers))
                .setAnswerSchemaVersion(InMemoryFlows.GUIDED.version())
                .build();
    }

    static OnboardingStepCompleted stepAmended(String stepId, Answers answers) {
        return stepCompleted(stepId, answers).toBuilder().setAmended(true).build();
    }

    static EventMessage<?> siteStepCompleted() {
        return by(
                Caller.service("provisioning"),
                OnboardingStepCompleted.newBuilder()
                        .setSessionId(SESSION.value())
                        .setUserId(ADA)
                        .setOccurredAt(EventTime.toProto(NOON))
                        .setStepId("site")
                        .setOrdinal(ordinalOf("site"))
                        .setSiteId(SITE_ID)
                        .build());
    }

    static OnboardingStepSkipped stepSkipped(String stepId) {
        return OnboardingStepSkipped.newBuilder()
                .setSessionId(SESSION.value())
                .setUserId(ADA)
                .setOccurredAt(EventTime.toProto(NOON))
                .setStepId(stepId)
                .setOrdinal(ordinalOf(stepId))
                .setSealedSkipReason(
                        ReversibleTexts.sealed(
                                ADA, SESSION.value(), SessionEvents.SKIP_REASON, "later"))
                .build();
    }

    static OnboardingStepReopened stepReopened(String stepId) {
        return OnboardingStepReopened.newBuilder()
                .setSessionId(SESSION.value())
                .setUserId(ADA)
                .setOccurredAt(EventTime.toProto(NOON))
                .setStepId(stepId)
                .setOrdinal(ordinalOf(stepId))
                .build();
    }

    static OnboardingPathSelected pathSelected(String pathId) {
        return OnboardingPathSelected.newBuilder()
                .setSessionId(SESSION.value())
                .setUserId(ADA)
                .setOccurredAt(EventTime.toProto(NOON))
                .setPathId(pathId)
                .build();
    }

    static OnboardingAbandoned abandonedAfter(Duration idle, String lastStepId) {
        return at(
                NOON.plus(idle),
                OnboardingAbandoned.newBuilder()
                        .setSessionId(SESSION.value())
                        .setUserId(ADA)
                        .setIdleDurationMs(idle.toMillis())
                        .setLastStepId(lastStepId)
                        .build());
    }

    /** Abandoned by the sweep, as soon as it could be, on nothing but the start. */
    static EventMessage<?> abandoned() {
        return by(SERVICE, abandonedAfter(InMemoryFlows.IDLE_LIMIT, ""));
    }

    static OnboardingResumed resumedAfter(Duration gap, String lastStepId) {
        return at(
                NOON.plus(gap),
                OnboardingResumed.newBuilder()
                        .setSessionId(SESSION.value())
                        .setUserId(ADA)
                        .setGapDurationMs(gap.toMillis())
                        .setLastStepId(lastStepId)
                        .build());
    }

    static OnboardingReset reset() {
        return OnboardingReset.newBuilder()
                .setSessionId(SESSION.value())
                .setUserId(ADA)
                .setOccurredAt(EventTime.toProto(NOON))
                .setInitiatedBy(ResetInitiator.RESET_INITIATOR_SELF)
                .setActorId(ADA)
                .setSealedReason(
                        ReversibleTexts.sealed(
                                ADA, SESSION.value(), SessionEvents.REASON, "wrong turn"))
                .setNewSessionId(SUCCESSOR.value())
                .build();
    }

    static OnboardingStarted successorStarted(Flow flow) {
        return started(SUCCESSOR, flow).toBuilder().setPreviousSessionId(SESSION.value()).build();
    }

    static OnboardingCompleted completed(int total, int completed, int skipped) {
        return OnboardingCompleted.newBuilder()
                .setSessionId(SESSION.value())
                .setUserId(ADA)
                .setOccurredAt(EventTime.toProto(NOON))
                .setTotalSteps(total)
                .setCompletedSteps(completed)
                .setSkippedSteps(skipped)
                .build();
    }

    /** The same event at another time. */
    @SuppressWarnings("unchecked")
    static <E extends Message> E at(Instant time, E event) {
        var field = event.getDescriptorForType().findFieldByName("occurred_at");
        return (E) event.toBuilder().setField(field, EventTime.toProto(time)).build();
    }

    /** The same event some milliseconds of work after the one before. */
    static OnboardingStepCompleted lasting(Duration duration, OnboardingStepCompleted event) {
        return event.toBuilder().setStepDurationMs(duration.toMillis()).build();
    }

    /** The event with the metadata of a request without a key. */
    static EventMessage<?> by(Caller caller, Message event) {
        return sentWith(requestOf(caller), event);
    }

    /** The event with the metadata of that request. */
    static EventMessage<?> sentWith(Request request, Message event) {
        return new GenericEventMessage<>(event, request.metadata());
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

    static StartOnboarding start() {
        return start(request());
    }

    static StartOnboarding start(Request request) {
        return new StartOnboarding(SESSION, ADA, "guided", null, "", request);
    }

    static StartOnboarding startIn(String workspaceId, Request request) {
        return new StartOnboarding(SESSION, ADA, "guided", workspaceId, "", request);
    }

    static CompleteStep completeStep(String stepId) {
        return completeStep(stepId, request());
    }

    static CompleteStep completeStep(String stepId, Request request) {
        return new CompleteStep(SESSION, stepId, answersOf(stepId), null, request);
    }

    static CompleteStep completeStep(String stepId, Answers answers) {
        return completeStep(stepId, answers, null);
    }

    static CompleteStep completeStep(String stepId, Answers answers, @Nullable Long revision) {
        return new CompleteStep(SESSION, stepId, answers, revision, request());
    }

    static SkipStep skipStep(String stepId) {
        return skipStep(stepId, request());
    }

    static SkipStep skipStep(String stepId, Request request) {
        return new SkipStep(SESSION, stepId, "later", request);
    }

    static ReopenStep reopenStep(String stepId) {
        return reopenStep(stepId, request());
    }

    static ReopenStep reopenStep(String stepId, Request request) {
        return new ReopenStep(SESSION, stepId, request);
    }

    static SelectPath selectPath(String pathId) {
        return selectPath(pathId, request());
    }

    static SelectPath selectPath(String pathId, Request request) {
        return new SelectPath(SESSION, pathId, request);
    }

    static RequestSite requestSite() {
        return requestSite(request());
    }

    static RequestSite requestSite(Request request) {
        return requestSite(null, request);
    }

    static RequestSite requestSite(@Nullable String templateId, Request request) {
        return new RequestSite(
                SESSION, SLUG, HostingMode.HOSTING_MODE_USER_GIT, templateId, false, request);
    }

    static CompleteSiteStep completeSiteStep() {
        return new CompleteSiteStep(SESSION, new SiteId(SITE_ID), requestOf(SERVICE));
    }

    static CompleteOnboarding complete() {
        return complete(request());
    }

    static CompleteOnboarding complete(Request request) {
        return new CompleteOnboarding(SESSION, request);
    }

    static AbandonSession abandon() {
        return new AbandonSession(SESSION, requestOf(SERVICE));
    }

    static ResetSession resetSession() {
        return resetSession(request());
    }

    static ResetSession resetSession(Request request) {
        return new ResetSession(SESSION, SUCCESSOR, "wrong turn", request);
    }

    static ReadSession read(Caller caller) {
        return new ReadSession(SESSION, requestOf(caller));
    }

    /** Valid answers to a form. */
    static Answers answersOf(String stepId) {
        return switch (stepId) {
            case "profile" -> FlatForms.answers("firstName", "Ada", "lastName", "Lovelace");
            case "tools" -> FlatForms.answers("tools", "git");
            case "workspace-hub" -> FlatForms.answers("workspaceId", "ws-1");
            default -> FlatForms.answers();
        };
    }

    private static int ordinalOf(String stepId) {
        return InMemoryFlows.GUIDED.step(stepId).map(Step::ordinal).orElse(99);
    }
}
