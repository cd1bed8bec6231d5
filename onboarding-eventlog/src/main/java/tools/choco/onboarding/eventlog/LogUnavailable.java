package tools.choco.onboarding.eventlog;

import java.io.Serial;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.jspecify.annotations.Nullable;

/**
 * The log cannot be written at present: its database is away, full or read-only, or the log is
 * being closed.
 */
public final class LogUnavailable extends EventStoreException {

    @Serial private static final long serialVersionUID = 1L;

    private final boolean outcomeKnown;

    private LogUnavailable(String message, boolean outcomeKnown, @Nullable Throwable cause) {
        super(message, cause);
        this.outcomeKnown = outcomeKnown;
    }

    static LogUnavailable nothingStored(Append append, @Nullable Throwable cause) {
        return new LogUnavailable("Nothing is stored of " + append, true, cause);
    }

    static LogUnavailable unknown(Append append, @Nullable Throwable cause) {
        return new LogUnavailable("It is not known whether the log has " + append, false, cause);
    }

    /** Whether it is certain that nothing was stored; otherwise the whole append may have been. */
    public boolean outcomeKnown() {
        return outcomeKnown;
    }
}
