package tools.choco.onboarding.ctl;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The writes that the service acknowledged, to be compared with its log: a line {@code key TAB
 * route TAB status} each, handed to the operating system before anything else happens. A key stands
 * there once for every acknowledgement that was seen, and a write that found its effect already
 * there leaves a line but no event, as does a link to GitHub.
 */
final class Journal implements AutoCloseable {

    private final Writer file;

    private Journal(Writer file) {
        this.file = file;
    }

    /**
     * Goes on at the end of the file, or begins it.
     *
     * @throws CommandFailure if the file cannot be written
     */
    static Journal at(Path path) {
        try {
            return new Journal(
                    Files.newBufferedWriter(
                            path,
                            StandardCharsets.UTF_8,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.APPEND));
        } catch (IOException | UnsupportedOperationException unwritable) {
            throw CommandFailure.failed("journal_unwritable: cannot write to " + path);
        }
    }

    /** Keeps nothing. */
    static Journal none() {
        return new Journal(Writer.nullWriter());
    }

    synchronized void acknowledged(Call call, int status) {
        try {
            file.write("%s\t%s\t%d\n".formatted(call.key(), call.route(), status));
            file.flush();
        } catch (IOException full) {
            throw CommandFailure.failed(
                    "journal_unwritable: the journal cannot be written any more");
        }
    }

    @Override
    public synchronized void close() {
        try {
            file.close();
        } catch (IOException full) {
            throw CommandFailure.failed(
                    "journal_unwritable: the journal cannot be written any more");
        }
    }
}
