package tools.choco.onboarding;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a command came in: who asks, under which correlation, and with which guarantees.
 *
 * @param caller who asks
 * @param correlationId one per request, set at the edge
 * @param causationId id of the event that made the service ask; null where a request from outside
 *     did
 * @param idempotencyKey key under which a retry is recognised; null if the client sent none
 * @param requestHash SHA-256 hex of route and canonical body; empty without an idempotency key
 * @param ifMatch revision that must be the current one; null if the client does not care
 */
public record Request(
        Caller caller,
        String correlationId,
        @Nullable String causationId,
        @Nullable String idempotencyKey,
        String requestHash,
        @Nullable Long ifMatch) {

    /** A request from outside. */
    public Request(
            Caller caller,
            String correlationId,
            @Nullable String idempotencyKey,
            String requestHash,
            @Nullable Long ifMatch) {
        this(caller, correlationId, null, idempotencyKey, requestHash, ifMatch);
    }

    /** A request without idempotency key and precondition. */
    public static Request of(Caller caller, String correlationId) {
        return new Request(caller, correlationId, null, "", null);
    }

    /** The same request as the consequence of an event. */
    public Request causedBy(String eventId) {
        return new Request(caller, correlationId, eventId, idempotencyKey, requestHash, ifMatch);
    }

    /**
     * Holds the precondition, if there is one.
     *
     * @throws Refused with {@code PRECONDITION_FAILED} if it names another revision
     */
    public void requireRevision(long current) {
        if (ifMatch != null && ifMatch != current) {
            throw Refused.because(
                    Refusal.PRECONDITION_FAILED, "The current revision is " + current + ".");
        }
    }

    /** Metadata of the events that the command causes. */
    public Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(EventMetadata.CORRELATION_ID, correlationId);
        metadata.put(EventMetadata.ACTOR, caller.subject());
        if (causationId != null) {
            metadata.put(EventMetadata.CAUSATION_ID, causationId);
        }
        if (idempotencyKey != null) {
            metadata.put(EventMetadata.IDEMPOTENCY_KEY, idempotencyKey);
            metadata.put(EventMetadata.REQUEST_HASH, requestHash);
        }
        return metadata;
    }
}
