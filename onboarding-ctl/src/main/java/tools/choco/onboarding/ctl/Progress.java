package tools.choco.onboarding.ctl;

import java.io.Console;
import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * How far a crowd has come, on standard error: a bar that is redrawn on a terminal, a line for each
 * tenth anywhere else.
 */
final class Progress implements AutoCloseable {

    private static final int COLUMNS = 79;
    private static final int LINES = 10;

    private final PrintStream out;
    private final String task;
    private final long total;
    private final boolean redraws;
    private @Nullable ProgressBar bar;
    private long done;

    private Progress(PrintStream out, String task, long total, boolean redraws) {
        this.out = out;
        this.task = task;
        this.total = total;
        this.redraws = redraws;
    }

    /** On standard error. */
    // Which of the JDK's consoles answers, and whether without a terminal too, is a setting of the
    // JDK.
    @SuppressWarnings("SystemConsoleNull")
    static Progress of(String task, long total) {
        Console console = System.console();
        boolean terminal =
                console != null && console.isTerminal() && !"dumb".equals(System.getenv("TERM"));
        return new Progress(System.err, task, total, terminal);
    }

    /** Lines only, to {@code out}. */
    static Progress inLines(PrintStream out, String task, long total) {
        return new Progress(out, task, total, false);
    }

    /** The first of them set out. */
    synchronized void begin() {
        if (redraws) {
            bar = bar(out, task, total);
        }
    }

    /** One more is through. */
    synchronized void step() {
        done++;
        if (bar != null) {
            bar.step();
        } else if (done * LINES / total > (done - 1) * LINES / total) {
            out.printf("%s: %d of %d%n", task, done, total);
        }
    }

    /** So many are through, all told. */
    synchronized void stepTo(long count) {
        long before = done;
        done = count;
        if (bar != null) {
            bar.stepTo(done);
        } else if (total > 0 && done * LINES / total > before * LINES / total) {
            out.printf("%s: %d of %d%n", task, done, total);
        }
    }

    /**
     * What is going on beside the count, in a few words; empty for nothing. Shown on a terminal
     * only.
     */
    synchronized void note(String words) {
        if (bar != null) {
            bar.setExtraMessage(words);
        }
    }

    /** The last of them is through, or they were stopped. */
    synchronized void end() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    @Override
    public void close() {
        end();
    }

    private static ProgressBar bar(PrintStream out, String task, long total) {
        boolean blocks = out.charset().newEncoder().canEncode('█');
        return new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .setStyle(blocks ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(100)
                .setConsumer(new Redrawn(out))
                .build();
    }

    /**
     * Draws over the last drawing. The library's own console looks for the terminal with native
     * code.
     */
    private record Redrawn(PrintStream out) implements ProgressBarConsumer {

        @Override
        public int getMaxRenderedLength() {
            return COLUMNS;
        }

        @Override
        public void accept(String drawing) {
            out.print("\r" + drawing);
            out.flush();
        }

        @Override
        public void clear() {
            out.print("\r" + " ".repeat(COLUMNS) + "\r");
            out.flush();
        }

        @Override
        public void close() {
            out.println();
        }
    }
}
