package tools.choco.onboarding.projection;

import com.google.protobuf.Message;
import java.time.Instant;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventhandling.WrappedToken;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;

/**
 * An event as the log holds it.
 *
 * @param position position of the log at which it was read
 * @param aggregateId id of the session or site whose event it is
 * @param sequence position within the aggregate, from 0, without gaps
 * @param eventId stable id of the event
 * @param payload the event itself
 * @param sessionId the session it belongs to; a site's events name the session that spawned it; of
 *     another system's event, that system's session; empty for operators' acts
 * @param occurredAt when it happened
 * @param appendedAt when it was made for the log
 */
public record LoggedEvent(
        long position,
        String aggregateId,
        long sequence,
        String eventId,
        Message payload,
        String sessionId,
        Instant occurredAt,
        Instant appendedAt) {

    /** Whether it is the session's own event, not one of its sites'. */
    public boolean isOfSession() {
        return EventType.of(payload).aggregateType().equals(EventType.SESSION);
    }

    /**
     * An event as a streaming processor, or a reader of the log, delivers it.
     *
     * @throws IllegalArgumentException if it does not come from the log: without a token, an
     *     aggregate, or a payload of the catalogue
     */
    public static LoggedEvent of(EventMessage<?> message) {
        if (message instanceof TrackedEventMessage<?> tracked
                && message instanceof DomainEventMessage<?> domainEvent
                && message.getPayload() instanceof Message payload) {
            return new LoggedEvent(
                    position(tracked.trackingToken()),
                    domainEvent.getAggregateIdentifier(),
                    domainEvent.getSequenceNumber(),
                    message.getIdentifier(),
                    payload,
                    sessionOf(payload),
                    EventFields.occurredAt(payload),
                    message.getTimestamp());
        }
        throw new IllegalArgumentException(
                "Message " + message.getIdentifier() + " is no event of the log");
    }

    /** The session that an event belongs to; empty if it belongs to none. */
    public static String sessionOf(Message event) {
        if (event instanceof ExternalEventReceived external) {
            return external.getExternalSessionId();
        }
        EventType type = EventType.of(event);
        return type.isOfSessionOrSite() || type == EventType.COMMAND_REFUSED
                ? EventFields.sessionId(event)
                : "";
    }

    /**
     * Unwrapped first: while segments are being merged, a token's own position is the older half's.
     */
    private static long position(TrackingToken token) {
        return WrappedToken.unwrap(token, GlobalSequenceTrackingToken.class)
                .map(GlobalSequenceTrackingToken::getGlobalIndex)
                .orElseThrow(
                        () -> new IllegalArgumentException("Token without a position: " + token));
    }
}
