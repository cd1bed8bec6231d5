package tools.choco.onboarding.session;

/** Where a session is in its life. */
public enum SessionStatus {
    /** Under way. */
    ACTIVE,
    /** Idle beyond the flow's limit; the next user command resumes it. */
    ABANDONED,
    /** Every required step is done; only a reset changes it. */
    COMPLETED,
    /** Ended by a reset; another session goes on. */
    RESET
}
