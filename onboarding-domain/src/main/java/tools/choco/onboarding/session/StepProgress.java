package tools.choco.onboarding.session;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.v1.SealedAnswers;
import tools.choco.onboarding.flow.Step;
import tools.choco.onboarding.flow.StepKind;

/**
 * A step as the session was offered it, and how far the user is with it.
 *
 * @param stepId kebab-case
 * @param title as offered
 * @param kind what it asks for
 * @param ordinal position, from 1
 * @param required whether the session cannot complete without it
 * @param skippable whether it may be skipped
 * @param status where it is
 * @param answers accepted answers, oldest first, at most {@link #ANSWER_VERSIONS_MAX}; kept when
 *     the step is reopened
 * @param changed when its status or answers were changed last; null while untouched, and not moved
 *     by a site that becomes ready
 */
public record StepProgress(
        String stepId,
        String title,
        StepKind kind,
        int ordinal,
        boolean required,
        boolean skippable,
        StepStatus status,
        List<AnswerVersion> answers,
        @Nullable Change changed) {

    /** How many versions of the answers a session remembers, to name what changed in a conflict. */
    static final int ANSWER_VERSIONS_MAX = 8;

    static StepProgress offered(Step step) {
        return new StepProgress(
                step.key(),
                step.title(),
                step.kind(),
                step.ordinal(),
                step.required(),
                step.skippable(),
                StepStatus.PENDING,
                List.of(),
                null);
    }

    /** The answers that count now, if there are any. */
    public Optional<SealedAnswers> latestAnswers() {
        return answers.isEmpty() ? Optional.empty() : Optional.of(answers.getLast().sealed());
    }

    /** Whether the session still needs it. */
    public boolean isOpenRequirement() {
        return required && status != StepStatus.COMPLETED;
    }

    boolean isCompleted() {
        return status == StepStatus.COMPLETED;
    }

    boolean isChangedSince(long revision) {
        return changed != null && changed.revision() > revision;
    }

    /** The answers as they were at a revision; empty if there were none, or too long ago. */
    Optional<SealedAnswers> answersAt(long revision) {
        return answers.stream()
                .filter(version -> version.revision() <= revision)
                .reduce((older, newer) -> newer)
                .map(AnswerVersion::sealed);
    }

    StepProgress changedTo(StepStatus next, Change change) {
        return new StepProgress(
                stepId, title, kind, ordinal, required, skippable, next, answers, change);
    }

    /** Its site is ready: nothing of the user's has changed, so no write of theirs is outdated. */
    StepProgress siteProvided() {
        return new StepProgress(
                stepId,
                title,
                kind,
                ordinal,
                required,
                skippable,
                StepStatus.COMPLETED,
                answers,
                changed);
    }

    StepProgress answered(SealedAnswers sealed, Change change) {
        int surplus = Math.max(0, answers.size() + 1 - ANSWER_VERSIONS_MAX);
        List<AnswerVersion> versions = new ArrayList<>(answers.subList(surplus, answers.size()));
        versions.add(new AnswerVersion(change, sealed));
        return new StepProgress(
                stepId,
                title,
                kind,
                ordinal,
                required,
                skippable,
                StepStatus.COMPLETED,
                Collections.unmodifiableList(versions),
                change);
    }
}
