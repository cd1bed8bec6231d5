package tools.choco.onboarding.eventlog;

import java.io.Serial;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.jspecify.annotations.Nullable;

/**
 * The log cannot be used at present: its database or server is away, full or read-only, or the log
 * is being closed.
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

    /** The log is out of reach, for whatever reason; so nothing was asked of it. */
    static LogUnavailable outOfReach(String reason, @Nullable Throwable cause) {
        return new LogUnavailable(reason, true, cause);
    }

    /** The answer to an append did not come. */
    static LogUnavailable unanswered(String places, Throwable cause) {
        return new LogUnavailable("It is not known whether the log has " + places, false, cause);
    }

    /** What another instance has met. */
    public static LogUnavailable elsewhere(String message, boolean outcomeKnown) {
        return new LogUnavailable(message, outcomeKnown, null);
    }

    /** Whether it is certain that nothing was stored; otherwise the whole append may have been. */
    public boolean outcomeKnown() {
        return outcomeKnown;
    }
}
