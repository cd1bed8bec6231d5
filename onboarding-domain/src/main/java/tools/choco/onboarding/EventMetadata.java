package tools.choco.onboarding;

/** Names of the metadata that every event of the log carries. */
public final class EventMetadata {

    /** One per request, set at the edge; always there. */
    public static final String CORRELATION_ID = "correlation_id";

    /** {@code event_id} of the direct cause; absent where a request was the cause. */
    public static final String CAUSATION_ID = "causation_id";

    /** Who did it: a subject, or the name of a part of the service; always there. */
    public static final String ACTOR = "actor";

    /** Key under which a retry of the request is recognised; absent if the client sent none. */
    public static final String IDEMPOTENCY_KEY = "idempotency_key";

    /** SHA-256 hex of the request's route and canonical body; beside the key only. */
    public static final String REQUEST_HASH = "request_hash";

    private EventMetadata() {}
}
