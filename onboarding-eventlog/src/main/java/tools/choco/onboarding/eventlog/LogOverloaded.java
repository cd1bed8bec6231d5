package tools.choco.onboarding.eventlog;

import java.io.Serial;
import org.axonframework.eventsourcing.eventstore.EventStoreException;

/**
 * More appends are waiting than the log takes on. Nothing of this one is stored; it may be tried
 * again a little later.
 */
public final class LogOverloaded extends EventStoreException {

    @Serial private static final long serialVersionUID = 1L;

    LogOverloaded(String message) {
        super(message);
    }
}
