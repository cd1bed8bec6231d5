package tools.choco.onboarding.projection;

/** A batch that could not be applied; rolled back. */
public final class ProjectionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ProjectionException(Projection projection, Throwable cause) {
        super("Projection " + projection.name() + " failed and was rolled back", cause);
    }
}
