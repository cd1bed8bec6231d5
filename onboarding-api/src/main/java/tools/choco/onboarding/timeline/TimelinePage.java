package tools.choco.onboarding.timeline;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A part of a session's story.
 *
 * @param sessionId the session
 * @param items in log order
 * @param nextCursor where the next part begins; null if there is no more
 */
record TimelinePage(String sessionId, List<Item> items, @Nullable String nextCursor) {

    /**
     * One event.
     *
     * @param position position in the log, as text
     * @param eventType name as in the catalogue; another service's by its own
     * @param occurredAt when it happened
     * @param appendedAt when it was made for the log; later than {@code occurredAt} where another
     *     service told us of it
     * @param aggregate whose it is
     * @param aggregateId id of the session, of its stream of refusals, or of the site
     * @param actor in which capacity somebody did it
     * @param correlationId the request it belongs to; null if the log does not say
     * @param causationId id of the event that led to it; null where a request did
     * @param attempt which attempt of the site's provisioning, from 1; null if it is none of one
     * @param retried whether a new attempt begins after a failed one
     * @param fields of the event, those that name no person and nothing that one wrote
     */
    record Item(
            String position,
            String eventId,
            String eventType,
            Instant occurredAt,
            Instant appendedAt,
            Aggregate aggregate,
            String aggregateId,
            Actor actor,
            @Nullable String correlationId,
            @Nullable String causationId,
            @Nullable Integer attempt,
            boolean retried,
            JsonNode fields) {}

    /** Whose an event is. */
    enum Aggregate {
        SESSION,
        REFUSALS,
        SITE,
        EXTERNAL_SESSION;

        /** The name as answers give it, for instance {@code external_session}. */
        @JsonValue
        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** In which capacity somebody did something. */
    enum Actor {
        /** The user whose session it is. */
        USER,
        /** An operator. */
        OPERATOR,
        /** A part of the service, by itself. */
        SERVICE,
        /** Another service, which told us. */
        OTHER_SERVICE;

        /** The name as answers give it, for instance {@code other_service}. */
        @JsonValue
        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
