package tools.choco.onboarding.session;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.EventTime;
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
import tools.choco.onboarding.events.v1.SealedAnswers;
import tools.choco.onboarding.events.v1.SealedText;
import tools.choco.onboarding.events.v1.StepKind;
import tools.choco.onboarding.flow.Flow;
import tools.choco.onboarding.flow.Step;
import tools.choco.onboarding.site.SiteId;

/** Builds a session's events from its state: what they carry is derived here and nowhere else. */
final class SessionEvents {

    /** Field of a skip under which its reason is sealed. */
    static final String SKIP_REASON = "skip_reason";

    /** Field of a reset under which its reason is sealed. */
    static final String REASON = "reason";

    private SessionEvents() {}

    static OnboardingStarted started(
            SessionId id,
            String userId,
            @Nullable String workspaceId,
            Flow flow,
            String variant,
            String source,
            @Nullable SessionId previous,
            Instant at) {
        OnboardingStarted.Builder event =
                OnboardingStarted.newBuilder()
                        .setSessionId(id.value())
                        .setUserId(userId)
                        .setOccurredAt(EventTime.toProto(at))
                        .setWorkspaceId(workspaceId == null ? "" : workspaceId)
                        .setFlowId(flow.id())
                        .setFlowVersion(flow.version())
                        .setFlowHash(flow.hash())
                        .setVariant(variant)
                        .setSource(source)
                        .setTotalSteps(flow.steps().size())
                        .setPreviousSessionId(previous == null ? "" : previous.value());
        flow.steps().forEach(step -> event.addSteps(offered(step)));
        flow.paths()
                .forEach(
                        path ->
                                event.addPaths(
                                        OfferedPath.newBuilder()
                                                .setPathId(path.key())
                                                .setTitle(path.title())));
        return event.build();
    }

    static OnboardingStepCompleted stepCompleted(
            SessionState state, StepProgress step, SealedAnswers answers, Instant at) {
        return OnboardingStepCompleted.newBuilder()
                .setSessionId(state.id().value())
                .setUserId(state.userId())
                .setOccurredAt(EventTime.toProto(at))
                .setStepId(step.stepId())
                .setOrdinal(step.ordinal())
                .setStepDurationMs(Duration.between(state.lastEventAt(), at).toMillis())
                .setAnswers(answers)
                .setAnswerSchemaVersion(state.flowVersion())
                .setAmended(step.isCompleted())
                .build();
    }

    static OnboardingStepCompleted siteStepCompleted(
            SessionState state, StepProgress step, SiteId site, Instant at) {
        return OnboardingStepCompleted.newBuilder()
                .setSessionId(state.id().value())
                .setUserId(state.userId())
                .setOccurredAt(EventTime.toProto(at))
                .setStepId(step.stepId())
                .setOrdinal(step.ordinal())
                .setStepDurationMs(Duration.between(state.lastEventAt(), at).toMillis())
                .setSiteId(site.value())
                .build();
    }

    /**
     * @param reason why, sealed; null if the client did not say
     */
    static OnboardingStepSkipped stepSkipped(
            SessionState state, StepProgress step, @Nullable SealedText reason, Instant at) {
        OnboardingStepSkipped.Builder event =
                OnboardingStepSkipped.newBuilder()
                        .setSessionId(state.id().value())
                        .setUserId(state.userId())
                        .setOccurredAt(EventTime.toProto(at))
                        .setStepId(step.stepId())
                        .setOrdinal(step.ordinal());
        if (reason != null) {
            event.setSealedSkipReason(reason);
        }
        return event.build();
    }

    static OnboardingStepReopened stepReopened(SessionState state, StepProgress step, Instant at) {
        return OnboardingStepReopened.newBuilder()
                .setSessionId(state.id().value())
                .setUserId(state.userId())
                .setOccurredAt(EventTime.toProto(at))
                .setStepId(step.stepId())
                .setOrdinal(step.ordinal())
                .build();
    }

    static OnboardingPathSelected pathSelected(SessionState state, String pathId, Instant at) {
        return OnboardingPathSelected.newBuilder()
                .setSessionId(state.id().value())
                .setUserId(state.userId())
                .setOccurredAt(EventTime.toProto(at))
                .setPathId(pathId)
                .build();
    }

    static OnboardingAbandoned abandoned(SessionState state, Instant at) {
        return OnboardingAbandoned.newBuilder()
                .setSessionId(state.id().value())
                .setUserId(state.userId())
                .setOccurredAt(EventTime.toProto(at))
                .setIdleDurationMs(state.idleAt(at).toMillis())
                .setLastStepId(state.lastStepId())
                .build();
    }

    static OnboardingResumed resumed(SessionState state, Instant at) {
        return OnboardingResumed.newBuilder()
                .setSessionId(state.id().value())
                .setUserId(state.userId())
                .setOccurredAt(EventTime.toProto(at))
                .setGapDurationMs(state.idleAt(at).toMillis())
                .setLastStepId(state.lastStepId())
                .build();
    }

    /**
     * @param reason why, sealed; null if a user did not say
     */
    static OnboardingReset reset(
            SessionState state,
            SessionId successor,
            ResetInitiator initiatedBy,
            String actor,
            @Nullable SealedText reason,
            Instant at) {
        OnboardingReset.Builder event =
                OnboardingReset.newBuilder()
                        .setSessionId(state.id().value())
                        .setUserId(state.userId())
                        .setOccurredAt(EventTime.toProto(at))
                        .setInitiatedBy(initiatedBy)
                        .setActorId(actor)
                        .setNewSessionId(successor.value());
        if (reason != null) {
            event.setSealedReason(reason);
        }
        return event.build();
    }

    static OnboardingCompleted completed(SessionState state, Instant at) {
        return OnboardingCompleted.newBuilder()
                .setSessionId(state.id().value())
                .setUserId(state.userId())
                .setOccurredAt(EventTime.toProto(at))
                .setTotalSteps(state.progress().steps().size())
                .setCompletedSteps(state.progress().count(StepStatus.COMPLETED))
                .setSkippedSteps(state.progress().count(StepStatus.SKIPPED))
                .setTotalDurationMs(Duration.between(state.startedAt(), at).toMillis())
                .build();
    }

    private static OfferedStep offered(Step step) {
        return OfferedStep.newBuilder()
                .setStepId(step.key())
                .setTitle(step.title())
                .setKind(
                        switch (step.kind()) {
                            case FORM -> StepKind.STEP_KIND_FORM;
                            case PATH -> StepKind.STEP_KIND_PATH;
                            case SITE -> StepKind.STEP_KIND_SITE;
                        })
                .setOrdinal(step.ordinal())
                .setRequired(step.required())
                .setSkippable(step.skippable())
                .build();
    }
}
