package tools.choco.onboarding;

import java.util.Locale;

/**
 * Why a command was refused. The code is the constant's name in lower snake case; clients and tests
 * rely on it, people read the message.
 */
public enum Refusal {
    /** No such session, or not the caller's. */
    SESSION_NOT_FOUND(Category.NOT_FOUND),
    /** No flow of that id is configured. */
    FLOW_UNKNOWN(Category.INVALID),
    /** The session was not offered such a step. */
    STEP_UNKNOWN(Category.INVALID),
    /** The step asks for something other than what was sent: answers, a path or a site. */
    STEP_KIND_MISMATCH(Category.INVALID),
    /** The step may not be skipped. */
    STEP_NOT_SKIPPABLE(Category.INVALID),
    /** A completed step is reopened before it can be skipped. */
    STEP_ALREADY_COMPLETED(Category.CONFLICT),
    /** A step whose site is live cannot be reopened. */
    STEP_NOT_REOPENABLE(Category.CONFLICT),
    /** The session was not offered such a path. */
    PATH_UNKNOWN(Category.INVALID),
    /** The answers do not follow the step's schema; one issue each. */
    ANSWERS_INVALID(Category.INVALID),
    /** Required steps are open; one issue each. */
    REQUIREMENTS_OPEN(Category.INVALID),
    /** The session is completed; only a reset changes it. */
    SESSION_COMPLETED(Category.CONFLICT),
    /** The session was reset; its successor goes on. */
    SESSION_RESET(Category.CONFLICT),
    /** The content changed since the revision that the write was made against. */
    REVISION_CONFLICT(Category.CONFLICT),
    /** The write names a revision that the session has not reached. */
    REVISION_UNKNOWN(Category.INVALID),
    /** If-Match names another revision than the current one. */
    PRECONDITION_FAILED(Category.STALE),
    /** The idempotency key was used for another request. */
    IDEMPOTENCY_KEY_REUSED(Category.INVALID),
    /** The caller may not use that workspace. */
    WORKSPACE_FORBIDDEN(Category.FORBIDDEN),
    /** The session's workspace was fixed at its start. */
    WORKSPACE_FIXED(Category.CONFLICT);

    /** What kind of problem a refusal is; the edge turns it into a status. */
    public enum Category {
        /** Nothing there, as far as the caller may know. */
        NOT_FOUND,
        /** The request cannot be accepted as it is. */
        INVALID,
        /** The caller may not do that. */
        FORBIDDEN,
        /** The state does not allow it. */
        CONFLICT,
        /** A stated precondition does not hold. */
        STALE
    }

    private final Category category;

    Refusal(Category category) {
        this.category = category;
    }

    /** What kind of problem it is. */
    public Category category() {
        return category;
    }

    /** The stable code. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
