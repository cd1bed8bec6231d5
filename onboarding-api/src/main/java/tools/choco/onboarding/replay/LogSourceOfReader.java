package tools.choco.onboarding.replay;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.choco.onboarding.eventlog.AggregateReader;
import tools.choco.onboarding.eventlog.LogReader;
import tools.choco.onboarding.eventlog.LoggedRow;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.projection.LogSource;
import tools.choco.onboarding.projection.LoggedEvent;

/** Hands rebuilds the log of this database. */
public final class LogSourceOfReader implements LogSource {

    private static final int EVENTS_PER_READ = 1_000;

    private final LogReader reader;
    private final AggregateReader aggregates;
    private final Function<String, Set<String>> aggregatesOfSession;

    /**
     * @param aggregatesOfSession ids of a session's sites and of what else has events of it
     */
    public LogSourceOfReader(
            LogReader reader,
            AggregateReader aggregates,
            Function<String, Set<String>> aggregatesOfSession) {
        this.reader = reader;
        this.aggregates = aggregates;
        this.aggregatesOfSession = aggregatesOfSession;
    }

    @Override
    public long head() {
        return reader.head();
    }

    @Override
    public void read(
            long after, long upTo, int eventsPerBatchMax, Consumer<List<LoggedEvent>> consumer) {
        reader.read(
                after,
                upTo,
                eventsPerBatchMax,
                rows -> consumer.accept(rows.stream().map(LogSourceOfReader::event).toList()));
    }

    /**
     * The event at a position.
     *
     * @throws IllegalStateException if there is none
     */
    public LoggedEvent at(long position) {
        List<LoggedEvent> found = new ArrayList<>();
        reader.read(position - 1, position, 1, rows -> found.add(event(rows.getFirst())));
        if (found.isEmpty()) {
            throw new IllegalStateException("The log has no event at " + position);
        }
        return found.getFirst();
    }

    @Override
    public List<LoggedEvent> ofSession(String sessionId) {
        List<String> ids = new ArrayList<>(aggregatesOfSession.apply(sessionId));
        ids.add(sessionId);
        List<LoggedEvent> events = new ArrayList<>();
        List<LoggedEvent> page;
        do {
            long after = events.isEmpty() ? 0 : events.getLast().position();
            page =
                    aggregates.after(after, ids, EVENTS_PER_READ).stream()
                            .map(LoggedEvent::of)
                            .toList();
            events.addAll(page);
        } while (page.size() == EVENTS_PER_READ);
        return events;
    }

    private static LoggedEvent event(LoggedRow row) {
        Message payload = row.event();
        return new LoggedEvent(
                row.position(),
                row.aggregateId().toString(),
                row.sequence(),
                row.eventId().toString(),
                payload,
                LoggedEvent.sessionOf(payload),
                EventFields.occurredAt(payload),
                row.time());
    }
}
