package tools.choco.onboarding.hosting.render;

/** A source that cannot become a site; the message tells its author what to mend. */
public final class BrokenSource extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public BrokenSource(String message) {
        super(message);
    }

    /** Something is wrong in one file. */
    static BrokenSource in(String path, String problem) {
        return new BrokenSource(path + ": " + problem);
    }

    /** What to mend. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
