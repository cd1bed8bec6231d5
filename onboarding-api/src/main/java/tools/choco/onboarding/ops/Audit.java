package tools.choco.onboarding.ops;

import org.jspecify.annotations.Nullable;

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
     * @param about session or site that it is about: the reason is sealed with its user's key; null
     *     if it is about none, or the log has none of that id
     * @param reason why, as the operator says it
     * @param outcome {@link #DONE}, or the code of the refusal
     */
    void record(
            String actor,
            String action,
            String target,
            @Nullable String about,
            String reason,
            String outcome);

    /** Writes an act down that is about nobody's session or site; its reason stays in plain. */
    default void record(String actor, String action, String target, String reason, String outcome) {
        record(actor, action, target, null, reason, outcome);
    }
}
