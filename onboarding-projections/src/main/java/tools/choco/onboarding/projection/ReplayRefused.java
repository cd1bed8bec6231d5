package tools.choco.onboarding.projection;

/** A step of a replay cannot be taken now; nothing was changed. */
public final class ReplayRefused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String code;

    ReplayRefused(String code, String detail) {
        super(detail, null, false, false);
        this.code = code;
    }

    /** Stable code, lower snake case. */
    public String code() {
        return code;
    }
}
