package tools.choco.onboarding.relay;

import io.nats.client.impl.Headers;

/**
 * An event as it goes to the stream.
 *
 * @param position in the log
 * @param eventId as in its envelope
 * @param subject where it goes
 * @param headers what a consumer may want to know before it opens the envelope
 * @param envelope the encoded {@code EventEnvelope}
 */
public record StreamMessage(
        long position, String eventId, String subject, Headers headers, byte[] envelope) {

    /** Position of the event in the log, decimal: the cursor of a consumer. */
    public static final String POSITION = "Choco-Position";

    /** UUIDv7 of the event, stable over every delivery. */
    public static final String EVENT_ID = "Choco-Event-Id";

    /** As in the catalogue, for instance {@code onboarding.started}. */
    public static final String EVENT_TYPE = "Choco-Event-Type";

    public static final String AGGREGATE_ID = "Choco-Aggregate-Id";

    /** Position of the event within its aggregate, decimal, from 0, without gaps. */
    public static final String AGGREGATE_SEQUENCE = "Choco-Aggregate-Sequence";

    /** The session that the event belongs to; absent if none. */
    public static final String SESSION_ID = "Choco-Session-Id";

    /** One per request. */
    public static final String CORRELATION_ID = "Choco-Correlation-Id";

    /** Event id of the direct cause; absent if a request was the cause. */
    public static final String CAUSATION_ID = "Choco-Causation-Id";

    /** Rough size of the message on the wire, in bytes. */
    int size() {
        return envelope.length + subject.length() + headers.serializedLength();
    }
}
