package tools.choco.onboarding.projection;

/** A read model is being built for the first time and serves nothing yet; ask again later. */
public final class NotBuilt extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param what the read model, or a part of it
     */
    public NotBuilt(String what) {
        super("The read model " + what + " is being built");
    }
}
