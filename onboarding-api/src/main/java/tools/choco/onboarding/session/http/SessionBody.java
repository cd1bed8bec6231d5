package tools.choco.onboarding.session.http;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.answer.AnswerVault;
import tools.choco.onboarding.answer.Answers;
import tools.choco.onboarding.session.Progress;
import tools.choco.onboarding.session.SessionState;
import tools.choco.onboarding.session.StepProgress;
import tools.choco.onboarding.site.SiteState;

/** A session as the API answers it, built from the aggregate's own state. */
record SessionBody(
        String sessionId,
        String userId,
        String flowId,
        int flowVersion,
        String variant,
        String status,
        long revision,
        @Nullable String currentStep,
        List<StepBody> steps,
        RequirementsBody requirements,
        @Nullable String pathId,
        List<String> siteIds,
        Instant startedAt,
        Instant lastActivityAt,
        @Nullable Instant completedAt,
        @Nullable String previousSessionId,
        @Nullable String newSessionId) {

    /**
     * A step; {@code answers} is the caller's own JSON, null before it is answered and after
     * erasure.
     */
    record StepBody(
            String stepId,
            String kind,
            int ordinal,
            String title,
            boolean required,
            boolean skippable,
            String status,
            @JsonRawValue @Nullable String answers) {}

    /** Step ids in flow order. */
    record RequirementsBody(
            List<String> currentlyDue,
            List<String> eventuallyDue,
            List<String> pendingVerification) {}

    /** For the owner, who sees their own answers. */
    static SessionBody of(SessionState state, List<SiteState> sites, AnswerVault vault) {
        return of(
                state,
                sites,
                step ->
                        step.latestAnswers()
                                .flatMap(
                                        it ->
                                                vault.open(
                                                        state.userId(),
                                                        state.id().value(),
                                                        step.stepId(),
                                                        it))
                                .map(Answers::canonicalJson)
                                .orElse(null));
    }

    /** For an operator, who never sees answers. */
    static SessionBody withoutAnswers(SessionState state, List<SiteState> sites) {
        return of(state, sites, step -> null);
    }

    private static SessionBody of(
            SessionState state,
            List<SiteState> sites,
            Function<StepProgress, @Nullable String> answers) {
        Progress progress = state.progress();
        Progress.Requirements open = progress.requirements(sites);
        return new SessionBody(
                state.id().value(),
                state.userId(),
                state.flowId(),
                state.flowVersion(),
                state.variant(),
                lower(state.status()),
                state.revision(),
                progress.currentStep(),
                progress.steps().stream().map(step -> stepOf(step, answers)).toList(),
                new RequirementsBody(
                        open.currentlyDue(), open.eventuallyDue(), open.pendingVerification()),
                progress.pathId(),
                sites.stream().map(site -> site.id().value()).toList(),
                state.startedAt(),
                state.lastActivityAt(),
                state.completedAt(),
                state.previousSessionId(),
                state.newSessionId());
    }

    private static StepBody stepOf(
            StepProgress step, Function<StepProgress, @Nullable String> answers) {
        return new StepBody(
                step.stepId(),
                lower(step.kind()),
                step.ordinal(),
                step.title(),
                step.required(),
                step.skippable(),
                lower(step.status()),
                answers.apply(step));
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
