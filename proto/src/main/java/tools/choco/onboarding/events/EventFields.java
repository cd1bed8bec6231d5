package tools.choco.onboarding.events;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields that events share, without a case for each type.
 *
 * <p>Every method throws {@link IllegalArgumentException} for a message that is no event of the
 * catalogue.
 */
public final class EventFields {

    private EventFields() {}

    /**
     * The session that the event belongs to; a site's events name the session that spawned it.
     *
     * @throws IllegalArgumentException also if the event belongs to none: another system's, or an
     *     operator's act
     */
    public static String sessionId(Message event) {
        return text(event, EventType.of(event).sessionIdField);
    }

    /**
     * The user whose session or site it is.
     *
     * @throws IllegalArgumentException also if the event belongs to none: another system's, or an
     *     operator's act
     */
    public static String userId(Message event) {
        return text(event, EventType.of(event).userIdField);
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

    private static String text(Message event, @Nullable FieldDescriptor field) {
        if (field == null) {
            throw new IllegalArgumentException(
                    event.getDescriptorForType().getFullName() + " belongs to no session");
        }
        return (String) event.getField(field);
    }
}
