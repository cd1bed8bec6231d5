package tools.choco.onboarding.projection;

/** A read model is being built for the first time and serves nothing yet; ask again later. */
public final class NotBuilt extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NotBuilt(String projection) {
        super("The read model " + projection + " is being built");
    }
}
