package tools.choco.onboarding.answer.form;

/** JSON that is well-formed, but more than is accepted. The message never repeats a value. */
public final class JsonBeyondLimits extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String code;

    JsonBeyondLimits(String code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    /** {@code too_deep}, {@code too_large} or {@code out_of_range} (a number). */
    public String code() {
        return code;
    }
}
