package tools.choco.onboarding.session;

/** Where a step is. */
public enum StepStatus {
    /** Open: never done, or reopened. */
    PENDING,
    /** Done. */
    COMPLETED,
    /** Skipped by the user; it may still be completed. */
    SKIPPED
}
