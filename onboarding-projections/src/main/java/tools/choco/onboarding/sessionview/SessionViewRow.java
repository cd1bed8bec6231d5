package tools.choco.onboarding.sessionview;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.v1.OnboardingAbandoned;
import tools.choco.onboarding.events.v1.OnboardingCompleted;
import tools.choco.onboarding.events.v1.OnboardingPathSelected;
import tools.choco.onboarding.events.v1.OnboardingReset;
import tools.choco.onboarding.events.v1.OnboardingResumed;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;
import tools.choco.onboarding.events.v1.OnboardingStepReopened;
import tools.choco.onboarding.events.v1.OnboardingStepSkipped;
import tools.choco.onboarding.projection.BrokenHistory;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.choco.onboarding.projection.SessionRow;
import tools.choco.onboarding.projection.SiteStates;
import tools.choco.onboarding.projection.StoredText;
import tools.choco.onboarding.projection.TestTraffic;

/** A row of {@code session_view}; {@link SessionViewTable} has its columns. */
record SessionViewRow(
        String sessionId,
        String userId,
        String workspaceId,
        String flowId,
        int flowVersion,
        String variant,
        String source,
        SessionStatus status,
        @Nullable String pathId,
        List<StepRow> steps,
        SiteStates sites,
        Instant startedAt,
        Instant lastActivityAt,
        Instant lastEventAt,
        @Nullable Instant completedAt,
        @Nullable String previousSessionId,
        @Nullable String newSessionId,
        long revision,
        long lastPosition)
        implements SessionRow<SessionViewRow> {

    static SessionViewRow startedBy(LoggedEvent event) {
        OnboardingStarted started = (OnboardingStarted) event.payload();
        return new SessionViewRow(
                started.getSessionId(),
                StoredText.of(started.getUserId()),
                StoredText.of(started.getWorkspaceId()),
                started.getFlowId(),
                started.getFlowVersion(),
                started.getVariant(),
                StoredText.of(started.getSource()),
                SessionStatus.ACTIVE,
                null,
                started.getStepsList().stream()
                        .map(
                                step ->
                                        new StepRow(
                                                step.getStepId(),
                                                step.getKind(),
                                                step.getRequired(),
                                                StepRow.Status.PENDING))
                        .toList(),
                SiteStates.NONE,
                event.occurredAt(),
                event.occurredAt(),
                event.occurredAt(),
                null,
                started.getPreviousSessionId().isEmpty() ? null : started.getPreviousSessionId(),
                null,
                1,
                event.position());
    }

    @Override
    public SessionViewRow after(LoggedEvent event) {
        Draft draft = new Draft(event);
        if (!event.isOfSession()) {
            draft.sites = sites.after(event);
            return draft.build();
        }
        draft.revision = event.sequence() + 1;
        switch (event.payload()) {
            case OnboardingStepCompleted done -> {
                draft.step(done.getStepId(), StepRow.Status.COMPLETED);
                // A site's readiness is the service's doing, not the user's.
                if (done.getSiteId().isEmpty()) {
                    draft.active();
                }
            }
            case OnboardingStepSkipped skipped -> {
                draft.step(skipped.getStepId(), StepRow.Status.SKIPPED);
                draft.active();
            }
            case OnboardingStepReopened reopened -> {
                draft.step(reopened.getStepId(), StepRow.Status.PENDING);
                draft.active();
            }
            case OnboardingPathSelected selected -> {
                draft.pathId = selected.getPathId();
                draft.step(StepRow::isPath, StepRow.Status.COMPLETED);
                draft.active();
            }
            case OnboardingAbandoned abandoned -> draft.status = SessionStatus.ABANDONED;
            case OnboardingResumed resumed -> {
                draft.status = SessionStatus.ACTIVE;
                draft.active();
            }
            case OnboardingReset reset -> {
                draft.status = SessionStatus.RESET;
                draft.newSessionId = reset.getNewSessionId();
            }
            case OnboardingCompleted completed -> {
                draft.status = SessionStatus.COMPLETED;
                draft.completedAt = event.occurredAt();
            }
            default -> throw new BrokenHistory(event, "it cannot follow in a session");
        }
        return draft.build();
    }

    /** The row after an event that is counted and changes nothing else. */
    SessionViewRow passing(LoggedEvent event) {
        Draft draft = new Draft(event);
        if (event.isOfSession()) {
            draft.revision = event.sequence() + 1;
        } else {
            draft.sites = sites.passing(event);
        }
        return draft.build();
    }

    boolean test() {
        return TestTraffic.isTest(source);
    }

    /** The first step that is still pending; null if none is. */
    @Nullable String currentStep() {
        return steps.stream()
                .filter(step -> step.status() == StepRow.Status.PENDING)
                .map(StepRow::stepId)
                .findFirst()
                .orElse(null);
    }

    int completedSteps() {
        return count(StepRow.Status.COMPLETED);
    }

    int skippedSteps() {
        return count(StepRow.Status.SKIPPED);
    }

    List<String> siteIds() {
        return sites.ids();
    }

    /** Whether nothing required is open but a site that was requested: not the user's turn. */
    boolean waitsForSite() {
        List<StepRow> open = steps.stream().filter(StepRow::isOpenRequirement).toList();
        return !open.isEmpty() && open.stream().allMatch(StepRow::isSite) && !sites.all().isEmpty();
    }

    private int count(StepRow.Status wanted) {
        return Math.toIntExact(steps.stream().filter(step -> step.status() == wanted).count());
    }

    /** What one event can change, before it is a row again. */
    private final class Draft {
        private final LoggedEvent event;
        private SessionStatus status = SessionViewRow.this.status;
        private @Nullable String pathId = SessionViewRow.this.pathId;
        private List<StepRow> steps = SessionViewRow.this.steps;
        private SiteStates sites = SessionViewRow.this.sites;
        private Instant lastActivityAt = SessionViewRow.this.lastActivityAt;
        private @Nullable Instant completedAt = SessionViewRow.this.completedAt;
        private @Nullable String newSessionId = SessionViewRow.this.newSessionId;
        private long revision = SessionViewRow.this.revision;

        Draft(LoggedEvent event) {
            this.event = event;
        }

        void step(String stepId, StepRow.Status next) {
            step(step -> step.stepId().equals(stepId), next);
        }

        void step(Predicate<StepRow> which, StepRow.Status next) {
            List<StepRow> changed = new ArrayList<>(steps);
            boolean offered = false;
            for (int i = 0; i < changed.size(); i++) {
                StepRow step = changed.get(i);
                if (which.test(step)) {
                    changed.set(i, step.changedTo(next));
                    offered = true;
                }
            }
            if (!offered) {
                throw new BrokenHistory(event, "its step was never offered");
            }
            steps = changed;
        }

        void active() {
            lastActivityAt = event.occurredAt();
        }

        SessionViewRow build() {
            return new SessionViewRow(
                    sessionId,
                    userId,
                    workspaceId,
                    flowId,
                    flowVersion,
                    variant,
                    source,
                    status,
                    pathId,
                    steps,
                    sites,
                    startedAt,
                    lastActivityAt,
                    event.occurredAt().isAfter(lastEventAt) ? event.occurredAt() : lastEventAt,
                    completedAt,
                    previousSessionId,
                    newSessionId,
                    revision,
                    Math.max(event.position(), lastPosition));
        }
    }
}
