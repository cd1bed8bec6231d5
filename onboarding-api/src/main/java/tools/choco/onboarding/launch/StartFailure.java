package tools.choco.onboarding.launch;

/** A start that cannot go on, for a reason that whoever started it can act on. */
public final class StartFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why a start ended; the number is the exit code of the process. */
    public enum Reason {
        /** A defect, or something nobody thought of. */
        UNEXPECTED(1),
        /** A setting, a flow or a key is missing or wrong. */
        CONFIGURATION(2),
        /** The database cannot be reached, or not be started. */
        DATABASE(3),
        /** The database has a schema that this version does not know. */
        SCHEMA(4),
        /** Another process works on the same home directory. */
        HOME_IN_USE(5),
        /** Another process listens on the port. */
        PORT_IN_USE(6);

        private final int exitCode;

        Reason(int exitCode) {
            this.exitCode = exitCode;
        }

        /** Exit code of the process. */
        public int exitCode() {
            return exitCode;
        }
    }

    private final Reason reason;

    /** One sentence that says what is wrong and, if possible, what to do. */
    public StartFailure(Reason reason, String sentence) {
        super(sentence.replaceAll("\\s*\\R\\s*", " ").strip());
        this.reason = reason;
    }

    /** Why the start ended. */
    public Reason reason() {
        return reason;
    }
}
