package tools.choco.onboarding.projection;

/** A cursor that no page ever answered with. */
public final class InvalidCursor extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvalidCursor() {
        super("The cursor is none that a page answered with");
    }
}
