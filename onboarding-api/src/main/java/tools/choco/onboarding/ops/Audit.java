package tools.choco.onboarding.ops;

/** Where operators' acts are written down, for good. */
public interface Audit {

    /** Outcome of an act that succeeded. */
    String DONE = "done";

    /**
     * Writes an act down; it is durable when this returns.
     *
     * @param actor subject of the operator
     * @param action what was asked for, for instance {@code provisioning.retry}
     * @param target id or name of what it was asked of; no personal data beyond a user id
     * @param reason why, as the operator says it
     * @param outcome {@link #DONE}, or the code of the refusal
     */
    void record(String actor, String action, String target, String reason, String outcome);
}
