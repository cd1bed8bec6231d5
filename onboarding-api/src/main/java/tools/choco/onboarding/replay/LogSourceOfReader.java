package tools.choco.onboarding.replay;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.choco.onboarding.eventlog.LogReader;
import tools.choco.onboarding.eventlog.LoggedRow;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.projection.LogSource;
import tools.choco.onboarding.projection.LoggedEvent;

/** Hands rebuilds the log of this database. */
public final class LogSourceOfReader implements LogSource {

    private final LogReader reader;

    public LogSourceOfReader(LogReader reader) {
        this.reader = reader;
    }

    @Override
    public long head() {
        return reader.head();
    }

    @Override
    public void read(long after, int eventsPerBatchMax, Consumer<List<LoggedEvent>> consumer) {
        reader.read(
                after,
                Long.MAX_VALUE,
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
