package tools.choco.onboarding.relay;

/** The stream cannot be used for the moment; its message names no address and no secret. */
public final class StreamUnavailable extends Exception {

    private static final long serialVersionUID = 1L;

    StreamUnavailable(String sentence) {
        super(sentence, null, false, false);
    }
}
