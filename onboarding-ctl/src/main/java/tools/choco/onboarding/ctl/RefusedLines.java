package tools.choco.onboarding.ctl;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lines that were not taken: the first of them in memory, all of them in a file if there is one.
 */
final class RefusedLines implements AutoCloseable {

    private static final int KEPT_MAX = 100;

    private final Writer file;
    private final List<Line> first = new ArrayList<>();

    private RefusedLines(Writer file) {
        this.file = file;
    }

    /** A line, counted from 1, and why. */
    record Line(long number, String code, String detail) {}

    /**
     * Goes on at the end of the file; null keeps no file.
     *
     * @throws CommandFailure if the file cannot be written
     */
    static RefusedLines to(@Nullable Path path) {
        if (path == null) {
            return new RefusedLines(Writer.nullWriter());
        }
        try {
            return new RefusedLines(
                    Files.newBufferedWriter(
                            path,
                            StandardCharsets.UTF_8,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.APPEND));
        } catch (IOException | UnsupportedOperationException unwritable) {
            throw unwritable();
        }
    }

    void add(Line line) {
        if (first.size() < KEPT_MAX) {
            first.add(line);
        }
        try {
            file.write("%d\t%s\t%s\n".formatted(line.number(), line.code(), line.detail()));
            file.flush();
        } catch (IOException full) {
            throw unwritable();
        }
    }

    /** In the order of the file. */
    List<Line> first() {
        return first.stream().sorted(Comparator.comparingLong(Line::number)).toList();
    }

    private static CommandFailure unwritable() {
        return CommandFailure.failed("refused_unwritable: the refused lines cannot be written");
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException full) {
            throw unwritable();
        }
    }
}
