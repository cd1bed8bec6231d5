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
    WORKSPACE_FIXED(Category.CONFLICT),
    /** No such site, or not the caller's. */
    SITE_NOT_FOUND(Category.NOT_FOUND),
    /** The slug has not the form of one. */
    SLUG_INVALID(Category.INVALID),
    /** No site may have that slug. */
    SLUG_RESERVED(Category.INVALID),
    /** Another site has the slug. */
    SLUG_TAKEN(Category.CONFLICT),
    /** The session has asked for as many sites as it may. */
    TOO_MANY_SITES(Category.CONFLICT),
    /** The session's flow offers no such template. */
    TEMPLATE_UNKNOWN(Category.INVALID),
    /** The session has asked for that site before, with another hosting mode or template. */
    SITE_ALREADY_REQUESTED(Category.CONFLICT),
    /** A welcome site has no provisioning and no build of its own. */
    SITE_HOSTED_BY_PLATFORM(Category.CONFLICT),
    /** The provisioning cannot fail where it is. */
    FAIL_NOT_ALLOWED(Category.CONFLICT),
    /** Only a site that has failed is tried again. */
    SITE_NOT_FAILED(Category.CONFLICT),
    /** The user has to link GitHub first. */
    GITHUB_LINK_REQUIRED(Category.CONFLICT),
    /** The repository is not named as {@code owner/name}. */
    GITHUB_REPO_INVALID(Category.INVALID),
    /** Another adoption won. */
    SITE_ALREADY_ADOPTED(Category.CONFLICT),
    /** The site was the user's own from the start. */
    SITE_NOT_ADOPTABLE(Category.CONFLICT);

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
