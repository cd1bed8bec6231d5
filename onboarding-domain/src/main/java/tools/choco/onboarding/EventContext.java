package tools.choco.onboarding;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the log says about an event beside its payload.
 *
 * @param eventId its id
 * @param revision number of the event within its aggregate, from 1
 * @param metadata see {@link EventMetadata}
 */
public record EventContext(String eventId, long revision, Map<String, ?> metadata) {

    /** Who did it; empty if the log does not say. */
    public String actor() {
        return text(EventMetadata.ACTOR, "");
    }

    /** The request it belongs to; empty if the log does not say. */
    public String correlationId() {
        return text(EventMetadata.CORRELATION_ID, "");
    }

    /** Key under which a retry is recognised; null if the request had none. */
    public @Nullable String idempotencyKey() {
        return metadata.get(EventMetadata.IDEMPOTENCY_KEY) instanceof String key ? key : null;
    }

    /** Hash of the request; empty without a key. */
    public String requestHash() {
        return text(EventMetadata.REQUEST_HASH, "");
    }

    /**
     * Holds the order of the log.
     *
     * @param last number of the aggregate's last event so far
     * @throws BrokenStream if this is not the one after it
     */
    public void requireNext(long last) {
        if (revision != last + 1) {
            throw new BrokenStream("event " + revision + " cannot follow event " + last);
        }
    }

    private String text(String name, String otherwise) {
        return metadata.get(name) instanceof String value ? value : otherwise;
    }
}
