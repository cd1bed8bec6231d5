package tools.choco.onboarding.external;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.choco.onboarding.BrokenStream;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;

/**
 * A session of another system: what it told us, each event once.
 *
 * <p>Nothing refuses an event here. The other system's events may come late and out of order, and
 * their types are its own business.
 *
 * @param events how many events it has in the log
 * @param received ids of those that may come again
 */
public record ExternalSession(long events, Set<String> received) {

    public ExternalSession {
        received = Set.copyOf(received);
    }

    /**
     * A session to which only events will come that it cannot have.
     *
     * @param events how many events it has in the log, 0 for a session nobody has told of
     */
    public static ExternalSession afterOthers(long events) {
        return new ExternalSession(events, Set.of());
    }

    /**
     * A session from its whole history, in the order of the log.
     *
     * @throws BrokenStream if the events are not those of one session
     */
    public static ExternalSession of(List<ExternalEventReceived> history) {
        Set<String> received = new HashSet<>();
        for (ExternalEventReceived event : history) {
            if (!event.getExternalSessionId().equals(history.getFirst().getExternalSessionId())) {
                throw new BrokenStream("an event of another session");
            }
            received.add(event.getSourceEventId());
        }
        return new ExternalSession(history.size(), received);
    }

    /** What is new among the events, in their order; a repeat is left out. */
    public List<ExternalEventReceived> decide(ReceiveEvents command) {
        String sessionId = command.sessionId().value();
        Set<String> known = new HashSet<>(received);
        List<ExternalEventReceived> fresh = new ArrayList<>();
        for (ExternalEvent event : command.events()) {
            if (known.add(event.sourceEventId())) {
                fresh.add(
                        ExternalEventReceived.newBuilder()
                                .setExternalSessionId(sessionId)
                                .setSourceService(command.sourceService())
                                .setSourceSessionId(command.sourceSessionId())
                                .setSourceEventId(event.sourceEventId())
                                .setSourceEventType(event.type())
                                .setOccurredAt(EventTime.toProto(event.occurredAt()))
                                .setReceivedAt(EventTime.toProto(command.receivedAt()))
                                .setPayload(event.payload())
                                .build());
            }
        }
        return fresh;
    }
}
