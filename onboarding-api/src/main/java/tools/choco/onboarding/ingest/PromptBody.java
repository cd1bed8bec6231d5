package tools.choco.onboarding.ingest;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import tools.choco.onboarding.edge.EdgeProblem;
import tools.choco.onboarding.edge.ProblemCode;

/**
 * A body that has to come within a time, so that nobody keeps a place by sending a byte now and
 * then. It is looked at between two reads; the web server ends one that waits too long. Made to be
 * read into an array.
 */
final class PromptBody extends FilterInputStream {

    private final Duration limit;
    private final long since = System.nanoTime();

    /**
     * @param limit longest time from now to the end of the body
     */
    PromptBody(InputStream body, Duration limit) {
        super(body);
        this.limit = limit;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        requireInTime();
        try {
            return super.read(buffer, offset, length);
        } catch (IOException brokenOff) {
            // The client's doing, no defect of ours; the web server has answered it already.
            throw EdgeProblem.of(ProblemCode.BAD_REQUEST, "The body broke off.");
        }
    }

    private void requireInTime() {
        if (System.nanoTime() - since > limit.toNanos()) {
            throw EdgeProblem.of(
                    ProblemCode.BODY_TOO_SLOW,
                    "A batch has to come within " + limit.toMillis() + " ms.");
        }
    }
}
