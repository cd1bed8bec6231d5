package tools.choco.onboarding.events;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.Optional;

/**
 * Reads the fields that events share, without a case for each type.
 *
 * <p>Every method throws {@link IllegalArgumentException} for a message that is no event of the
 * catalogue.
 */
public final class EventFields {

    private EventFields() {}

    /** The session that the event belongs to; a site's events name the session that spawned it. */
    public static String sessionId(Message event) {
        return (String) event.getField(EventType.of(event).sessionIdField);
    }

    /** The user whose session or site it is. */
    public static String userId(Message event) {
        return (String) event.getField(EventType.of(event).userIdField);
    }

    /**
     * When it happened, to the microsecond.
     *
     * @throws IllegalArgumentException also if the event does not say so, which none of the log
     *     does
     */
    public static Instant occurredAt(Message event) {
        EventType type = EventType.of(event);
        if (!event.hasField(type.occurredAtField)) {
            throw new IllegalArgumentException(type.protoName() + " without occurred_at");
        }
        Timestamp occurredAt = (Timestamp) event.getField(type.occurredAtField);
        return Instant.ofEpochSecond(occurredAt.getSeconds(), occurredAt.getNanos());
    }

    /** The site, for the events of one and for a site step's completion; empty for all others. */
    public static Optional<String> siteId(Message event) {
        FieldDescriptor field = EventType.of(event).siteIdField;
        return field == null
                ? Optional.empty()
                : Optional.of((String) event.getField(field)).filter(id -> !id.isEmpty());
    }
}
