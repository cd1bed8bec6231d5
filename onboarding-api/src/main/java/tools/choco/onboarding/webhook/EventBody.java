package tools.choco.onboarding.webhook;

import java.time.Instant;
import org.axonframework.messaging.MetaData;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.eventlog.LoggedRow;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.watch.EventJson;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The body of a delivery: the envelope, and as {@code data} what an event shows to clients. */
final class EventBody {

    /** Type of the event that a subscriber tests with; it is not in the log. */
    static final String TEST = "webhook.test";

    private final JsonMapper json;
    private final EventJson fields;

    EventBody(JsonMapper json) {
        this.json = json;
        this.fields = EventJson.closed(json);
    }

    /** An event of the log; the same row gives the same bytes. */
    byte[] of(LoggedRow row) {
        MetaData metaData = row.metaData();
        ObjectNode body =
                envelope(
                        row.eventId().toString(),
                        EventType.byProtoName(row.payloadType()).wireName(),
                        row.aggregateType(),
                        row.aggregateId().toString(),
                        row.time(),
                        text(metaData.get(EventMetadata.CORRELATION_ID)),
                        text(metaData.get(EventMetadata.CAUSATION_ID)),
                        row.payloadRevision());
        ObjectNode data = body.putObject("data");
        data.put("occurredAt", EventFields.occurredAt(row.event()).toString());
        fields.add(data, row.event());
        return json.writeValueAsBytes(body);
    }

    /** A test event. */
    byte[] ofTest(String eventId, String webhookId, Instant createdAt) {
        ObjectNode body =
                envelope(
                        eventId,
                        TEST,
                        "Webhook",
                        webhookId,
                        createdAt,
                        null,
                        null,
                        EventType.SCHEMA_VERSION);
        body.putObject("data");
        return json.writeValueAsBytes(body);
    }

    private ObjectNode envelope(
            String eventId,
            String eventType,
            String aggregateType,
            String aggregateId,
            Instant createdAt,
            @Nullable String correlationId,
            @Nullable String causationId,
            String schemaVersion) {
        return json.createObjectNode()
                .put("eventId", eventId)
                .put("eventType", eventType)
                .put("aggregateType", aggregateType)
                .put("aggregateId", aggregateId)
                .put("createdAt", createdAt.toString())
                .put("correlationId", correlationId)
                .put("causationId", causationId)
                .put("schemaVersion", schemaVersion);
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }
}
