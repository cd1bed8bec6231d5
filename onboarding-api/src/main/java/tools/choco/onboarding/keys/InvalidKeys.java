package tools.choco.onboarding.keys;

/** The master keys are not usable; stops the start. The message is one line, without any key. */
public final class InvalidKeys extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvalidKeys(String message) {
        super(message);
    }
}
