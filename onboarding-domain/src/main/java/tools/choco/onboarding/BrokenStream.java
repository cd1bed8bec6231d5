package tools.choco.onboarding;

/** An event that cannot follow those before it: the log is damaged, no client can mend it. */
public final class BrokenStream extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    public BrokenStream(String detail) {
        super(detail);
    }
}
