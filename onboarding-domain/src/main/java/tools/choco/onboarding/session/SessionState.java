package tools.choco.onboarding.session;

import com.google.protobuf.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.BrokenStream;
import tools.choco.onboarding.EventContext;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.RecentRequests;
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
import tools.choco.onboarding.flow.Path;
import tools.choco.onboarding.flow.Step;
import tools.choco.onboarding.flow.StepKind;

/**
 * A session as its events made it. A value: {@link #after} gives the next one.
 *
 * @param id the session
 * @param userId whose it is
 * @param workspaceId workspace fixed at the start; null if the workspace-hub step fixes it
 * @param flowId flow it was offered
 * @param flowVersion version of that flow
 * @param variant variant the user was assigned
 * @param source where the user came from; empty if unknown
 * @param status where the session is
 * @param progress its steps and path
 * @param siteIds sites that completed a step, in order
 * @param startedAt when it began
 * @param lastActivityAt when the user last did something
 * @param lastEventAt when anything last happened to it
 * @param completedAt when it was completed; null until then
 * @param lastStepId step the user last acted on; empty if none
 * @param previousSessionId session that was reset into this one; null on a first visit
 * @param newSessionId session that took over; null unless reset
 * @param revision number of its last event, from 1
 * @param lastEventId id of its last event
 * @param recentRequests what it accepted last
 */
public record SessionState(
        SessionId id,
        String userId,
        @Nullable String workspaceId,
        String flowId,
        int flowVersion,
        String variant,
        String source,
        SessionStatus status,
        Progress progress,
        List<String> siteIds,
        Instant startedAt,
        Instant lastActivityAt,
        Instant lastEventAt,
        @Nullable Instant completedAt,
        String lastStepId,
        @Nullable String previousSessionId,
        @Nullable String newSessionId,
        long revision,
        String lastEventId,
        RecentRequests recentRequests) {

    static SessionState startedBy(OnboardingStarted event, EventContext context) {
        Instant at = EventTime.fromProto(event.getOccurredAt());
        return new SessionState(
                new SessionId(event.getSessionId()),
                event.getUserId(),
                emptyToNull(event.getWorkspaceId()),
                event.getFlowId(),
                event.getFlowVersion(),
                event.getVariant(),
                event.getSource(),
                SessionStatus.ACTIVE,
                new Progress(
                        event.getStepsList().stream().map(SessionState::offered).toList(),
                        event.getPathsList().stream()
                                .map(path -> new Path(path.getPathId(), path.getTitle()))
                                .toList(),
                        null),
                List.of(),
                at,
                at,
                at,
                null,
                "",
                emptyToNull(event.getPreviousSessionId()),
                null,
                context.revision(),
                context.eventId(),
                // A reset is remembered by the session that was reset, not by the one it
                // made.
                event.getPreviousSessionId().isEmpty()
                        ? RecentRequests.NONE.after(context, true)
                        : RecentRequests.NONE);
    }

    /**
     * The state after one more event.
     *
     * @throws BrokenStream if the event cannot follow
     */
    SessionState after(Message event, EventContext context) {
        Draft next = new Draft(context);
        switch (event) {
            case OnboardingStepCompleted it -> next.completed(it);
            case OnboardingStepSkipped it -> next.skipped(it);
            case OnboardingStepReopened it -> next.reopened(it);
            case OnboardingPathSelected it -> next.pathSelected(it);
            case OnboardingAbandoned it -> next.abandoned(it);
            case OnboardingResumed it -> next.resumed(it);
            case OnboardingReset it -> next.reset(it);
            case OnboardingCompleted it -> next.completed(it);
            default ->
                    throw new BrokenStream(
                            event.getDescriptorForType().getName() + " cannot follow in a session");
        }
        return next.build();
    }

    /** Whether nothing but a reset changes it any more. */
    boolean hasEnded() {
        return status == SessionStatus.COMPLETED || status == SessionStatus.RESET;
    }

    /** Time since the user last did something. */
    Duration idleAt(Instant now) {
        return Duration.between(lastActivityAt, now);
    }

    private static StepProgress offered(OfferedStep step) {
        StepKind kind =
                switch (step.getKind()) {
                    case STEP_KIND_FORM -> StepKind.FORM;
                    case STEP_KIND_PATH -> StepKind.PATH;
                    case STEP_KIND_SITE -> StepKind.SITE;
                    case STEP_KIND_UNSPECIFIED, UNRECOGNIZED ->
                            throw new BrokenStream("step of unknown kind " + step.getKindValue());
                };
        return StepProgress.offered(
                new Step(
                        step.getStepId(),
                        step.getTitle(),
                        kind,
                        step.getOrdinal(),
                        step.getRequired(),
                        step.getSkippable(),
                        null));
    }

    private static @Nullable String emptyToNull(String value) {
        return value.isEmpty() ? null : value;
    }

    /** The members that one event can change, before they are a state again. */
    private final class Draft {
        private final EventContext context;
        private SessionStatus status = SessionState.this.status;
        private Progress progress = SessionState.this.progress;
        private List<String> siteIds = SessionState.this.siteIds;
        private Instant lastActivityAt = SessionState.this.lastActivityAt;
        private Instant lastEventAt = SessionState.this.lastEventAt;
        private @Nullable Instant completedAt = SessionState.this.completedAt;
        private String lastStepId = SessionState.this.lastStepId;
        private @Nullable String newSessionId = SessionState.this.newSessionId;

        Draft(EventContext context) {
            context.requireNext(revision);
            this.context = context;
        }

        void completed(OnboardingStepCompleted event) {
            lastEventAt = EventTime.fromProto(event.getOccurredAt());
            if (event.getSiteId().isEmpty()) {
                progress =
                        progress.withStep(
                                event.getStepId(),
                                step -> step.answered(event.getAnswers(), change()));
                active(event.getStepId());
            } else {
                progress = progress.withStep(event.getStepId(), StepProgress::siteProvided);
                siteIds =
                        Stream.concat(siteIds.stream(), Stream.of(event.getSiteId()))
                                .distinct()
                                .toList();
            }
        }

        void skipped(OnboardingStepSkipped event) {
            lastEventAt = EventTime.fromProto(event.getOccurredAt());
            changeStep(event.getStepId(), StepStatus.SKIPPED);
            active(event.getStepId());
        }

        void reopened(OnboardingStepReopened event) {
            lastEventAt = EventTime.fromProto(event.getOccurredAt());
            changeStep(event.getStepId(), StepStatus.PENDING);
            active(event.getStepId());
        }

        void pathSelected(OnboardingPathSelected event) {
            lastEventAt = EventTime.fromProto(event.getOccurredAt());
            progress = progress.withPath(event.getPathId(), change());
            active(progress.pathStep().orElseThrow().stepId());
        }

        void abandoned(OnboardingAbandoned event) {
            lastEventAt = EventTime.fromProto(event.getOccurredAt());
            status = SessionStatus.ABANDONED;
        }

        void resumed(OnboardingResumed event) {
            lastEventAt = EventTime.fromProto(event.getOccurredAt());
            status = SessionStatus.ACTIVE;
            active(lastStepId);
        }

        void reset(OnboardingReset event) {
            lastEventAt = EventTime.fromProto(event.getOccurredAt());
            status = SessionStatus.RESET;
            newSessionId = event.getNewSessionId();
        }

        void completed(OnboardingCompleted event) {
            lastEventAt = EventTime.fromProto(event.getOccurredAt());
            status = SessionStatus.COMPLETED;
            completedAt = lastEventAt;
        }

        private void changeStep(String stepId, StepStatus next) {
            progress = progress.withStep(stepId, step -> step.changedTo(next, change()));
        }

        private Change change() {
            return new Change(context.revision(), lastEventAt, context.actor());
        }

        /** What an operator or the service does is no activity. */
        private void active(String stepId) {
            if (context.actor().equals(userId)) {
                lastActivityAt = lastEventAt;
                lastStepId = stepId;
            }
        }

        SessionState build() {
            return new SessionState(
                    id,
                    userId,
                    workspaceId,
                    flowId,
                    flowVersion,
                    variant,
                    source,
                    status,
                    progress,
                    siteIds,
                    startedAt,
                    lastActivityAt,
                    lastEventAt,
                    completedAt,
                    lastStepId,
                    previousSessionId,
                    newSessionId,
                    context.revision(),
                    context.eventId(),
                    recentRequests.after(context, false));
        }
    }
}
