package tools.choco.onboarding.sessionview;

import tools.choco.onboarding.events.v1.StepKind;

/**
 * A step of a session.
 *
 * @param stepId as offered
 * @param kind what it asks for
 * @param required whether the session cannot complete without it
 * @param status where it is
 */
record StepRow(String stepId, StepKind kind, boolean required, Status status) {

    /** Where a step is. */
    enum Status {
        PENDING,
        COMPLETED,
        SKIPPED
    }

    StepRow changedTo(Status next) {
        return new StepRow(stepId, kind, required, next);
    }

    boolean isOpenRequirement() {
        return required && status != Status.COMPLETED;
    }

    boolean isSite() {
        return kind == StepKind.STEP_KIND_SITE;
    }

    boolean isPath() {
        return kind == StepKind.STEP_KIND_PATH;
    }
}
