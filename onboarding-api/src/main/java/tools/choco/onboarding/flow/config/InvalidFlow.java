package tools.choco.onboarding.flow.config;

/** The configured flows cannot be served; stops the start. The message is one line for people. */
public final class InvalidFlow extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int REASON_LENGTH_MAX = 500;

    InvalidFlow(String message) {
        super(oneLine(message));
    }

    InvalidFlow(String file, int line, String reason) {
        this("%s:%d: %s".formatted(file, line, oneLine(reason)));
    }

    /** A piece of a file as a message can hold it. */
    static String quoted(String text) {
        String line = oneLine(text);
        return "'" + (line.length() <= 80 ? line : line.substring(0, 80) + "...") + "'";
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return line.length() <= REASON_LENGTH_MAX
                ? line
                : line.substring(0, REASON_LENGTH_MAX) + "...";
    }
}
