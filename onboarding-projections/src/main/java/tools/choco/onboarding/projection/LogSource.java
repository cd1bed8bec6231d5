package tools.choco.onboarding.projection;

import java.util.List;
import java.util.function.Consumer;

/** The log, as a rebuild reads it: much at once, past the processors. */
public interface LogSource {

    /** Position of the last event; 0 if there is none. */
    long head();

    /**
     * Hands out, in order, the events after one position, up to and with another, as far as they
     * are there when the call begins.
     *
     * @param after position before the first; 0 for the start of the log
     * @param upTo position of the last
     * @param eventsPerBatchMax events in a batch at most
     * @param consumer gets each batch, never an empty one; what it throws ends the reading
     */
    void read(long after, long upTo, int eventsPerBatchMax, Consumer<List<LoggedEvent>> consumer);

    /** The events of one session, its sites and its refusals, in order. */
    List<LoggedEvent> ofSession(String sessionId);
}
