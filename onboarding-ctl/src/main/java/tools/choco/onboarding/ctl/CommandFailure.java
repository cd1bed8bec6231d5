package tools.choco.onboarding.ctl;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** What ends a command: one line for people, one exit code for scripts. */
final class CommandFailure extends RuntimeException {

    /** The service refused, or the command failed in another way that is not the caller's usage. */
    static final int REFUSED = 1;

    /** The command line cannot be understood. */
    static final int USAGE = 2;

    /** Nobody answers at the address. */
    static final int UNREACHABLE = 3;

    private final int exitCode;
    private final String line;

    private CommandFailure(int exitCode, String line) {
        super(line, null, false, false);
        this.exitCode = exitCode;
        this.line = line;
    }

    /** The service answered, but not as the command needs. */
    static CommandFailure refused(Reply reply) {
        return new CommandFailure(REFUSED, reply.code() + ": " + reply.detail());
    }

    /** The command cannot go on; {@code line} says why. */
    static CommandFailure failed(String line) {
        return new CommandFailure(REFUSED, line);
    }

    /** The service gave no answer at all. */
    static CommandFailure unreachable(URI service, @Nullable IOException cause) {
        return new CommandFailure(
                UNREACHABLE,
                "not_reachable: no answer from %s (%s)".formatted(service, reason(cause)));
    }

    private static String reason(@Nullable IOException cause) {
        if (cause == null || cause instanceof ConnectException) {
            return "connection refused";
        }
        String message = cause.getMessage();
        return message == null || message.isBlank()
                ? cause.getClass().getSimpleName()
                : message.replaceAll("\\s+", " ").strip();
    }

    /** What to tell people. */
    String line() {
        return line;
    }

    int exitCode() {
        return exitCode;
    }
}
