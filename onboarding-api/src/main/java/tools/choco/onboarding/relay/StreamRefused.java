package tools.choco.onboarding.relay;

/** The stream is not this log's copy, and nothing may be added to it before a person has looked. */
final class StreamRefused extends Exception {

    private static final long serialVersionUID = 1L;

    StreamRefused(String sentence) {
        super(sentence, null, false, false);
    }
}
