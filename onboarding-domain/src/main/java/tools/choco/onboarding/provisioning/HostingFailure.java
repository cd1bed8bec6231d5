package tools.choco.onboarding.provisioning;

import org.jspecify.annotations.Nullable;

/** A host could not do what it was asked; the kind says who can mend it. */
public final class HostingFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Who can mend a failure. */
    public enum Kind {
        /** The user: access revoked, name taken. */
        USER_ACTION,
        /** An operator: quota, configuration. */
        OPERATOR_ACTION,
        /** The source cannot become a site. */
        INVALID_SOURCE,
        /** It passes by itself; try again. */
        PASSING
    }

    private final Kind kind;

    /**
     * @param message fit for the user and for an event, which keeps it in plain: never a secret,
     *     nor the name of an account or a repository
     */
    public HostingFailure(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Who can mend it. */
    public Kind kind() {
        return kind;
    }
}
