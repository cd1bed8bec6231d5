package tools.choco.onboarding.webhook;

/** A URL that nothing is delivered to; the message says why, and repeats nothing of it. */
public final class RefusedUrl extends Exception {

    private static final long serialVersionUID = 1L;

    RefusedUrl(String message) {
        super(message, null, false, false);
    }
}
