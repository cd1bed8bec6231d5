package tools.choco.onboarding.flow;

/** What a step asks of the user. */
public enum StepKind {
    /** Answers that follow a JSON Schema. */
    FORM,
    /** The choice of one of the offered paths. */
    PATH,
    /** A documentation site that has to go live. */
    SITE
}
