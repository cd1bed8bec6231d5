package tools.choco.onboarding.relay;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import io.nats.client.impl.Headers;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import org.axonframework.messaging.MetaData;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.eventlog.LoggedRow;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.envelope.v1.EventEnvelope;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;

/**
 * Makes the stream's messages of the log's rows. Every field comes from the row, so the same event
 * gives the same bytes at any time; the payload is what the log has, byte by byte. For one thread.
 */
public final class StreamMessages {

    /** Who speaks, where it is no other system. */
    static final String SOURCE_SERVICE = "choco-onboarding";

    private static final String TYPE_URL = "type.googleapis.com/";
    private static final HexFormat HEX = HexFormat.of();

    private final MessageDigest sha256;

    public StreamMessages() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Whether events of a type leave the service; what users were refused never does. */
    public static boolean isPublished(EventType type) {
        return !type.aggregateType().equals(EventType.REFUSALS);
    }

    /**
     * The message of a row; null if the event does not leave the service.
     *
     * @throws org.axonframework.serialization.SerializationException if the row cannot be read
     */
    public @Nullable StreamMessage of(LoggedRow row) {
        EventType type = EventType.byProtoName(row.payloadType());
        if (!isPublished(type)) {
            return null;
        }
        String eventId = row.eventId().toString();
        String aggregateId = row.aggregateId().toString();
        MetaData metaData = row.metaData();
        String correlationId = text(metaData, EventMetadata.CORRELATION_ID);
        String causationId = text(metaData, EventMetadata.CAUSATION_ID);

        String sessionId = null;
        String source = SOURCE_SERVICE;
        String subject;
        if (type.aggregateType().equals(EventType.SESSION)) {
            sessionId = aggregateId;
            subject = Subjects.plain(type, aggregateId);
        } else {
            Message event = row.event();
            if (type.isOfSessionOrSite()) {
                sessionId = EventFields.sessionId(event);
            } else if (event instanceof ExternalEventReceived external) {
                source = external.getSourceService();
            }
            subject = Subjects.of(type, event, sessionId == null ? aggregateId : sessionId);
        }

        byte[] payload = row.payload();
        Instant time = row.time();
        EventEnvelope envelope =
                EventEnvelope.newBuilder()
                        .setEventId(eventId)
                        .setEventType(type.wireName())
                        .setAggregateType(row.aggregateType())
                        .setAggregateId(aggregateId)
                        .setCreatedAt(
                                Timestamp.newBuilder()
                                        .setSeconds(time.getEpochSecond())
                                        .setNanos(time.getNano()))
                        .setSourceService(source)
                        .setCorrelationId(correlationId)
                        .setCausationId(causationId)
                        .setSchemaVersion(row.payloadRevision())
                        .setContentHash(HEX.formatHex(sha256.digest(payload)))
                        .setPayload(
                                Any.newBuilder()
                                        .setTypeUrl(TYPE_URL + row.payloadType())
                                        .setValue(UnsafeByteOperations.unsafeWrap(payload)))
                        .build();

        Headers headers = new Headers();
        headers.put(StreamMessage.POSITION, Long.toString(row.position()));
        headers.put(StreamMessage.EVENT_ID, eventId);
        headers.put(StreamMessage.EVENT_TYPE, type.wireName());
        headers.put(StreamMessage.AGGREGATE_ID, aggregateId);
        headers.put(StreamMessage.AGGREGATE_SEQUENCE, Long.toString(row.sequence()));
        putVisible(headers, StreamMessage.SESSION_ID, sessionId);
        putVisible(headers, StreamMessage.CORRELATION_ID, correlationId);
        putVisible(headers, StreamMessage.CAUSATION_ID, causationId);
        return new StreamMessage(row.position(), eventId, subject, headers, envelope.toByteArray());
    }

    private static String text(MetaData metaData, String name) {
        return metaData.get(name) instanceof String value ? value : "";
    }

    /** A header takes visible ASCII only; the envelope has the value in any case. */
    private static void putVisible(Headers headers, String name, @Nullable String value) {
        if (value != null
                && !value.isEmpty()
                && value.chars().allMatch(it -> it > ' ' && it < 0x7f)) {
            headers.put(name, value);
        }
    }
}
