package tools.choco.onboarding.watch;

import java.nio.charset.StandardCharsets;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Events and snapshots as they go over the wire. */
final class EventFrames {

    static final Frame HEARTBEAT = new Frame(0, bytes(":\n\n"));

    private final JsonMapper json;
    private final EventJson fields;

    EventFrames(JsonMapper json, TextVault texts) {
        this.json = json;
        this.fields = EventJson.opened(json, texts);
    }

    /** How long a client waits before it connects again. */
    Frame retryAfter(long millis) {
        return new Frame(0, bytes("retry: " + millis + "\n\n"));
    }

    /** The state at a position, as its GET route answers it. */
    Frame snapshot(long position, Object body) {
        return frame(position, "snapshot", json.writeValueAsBytes(body));
    }

    /** A change. */
    Frame event(LoggedEvent event) {
        EventType type = EventType.of(event.payload());
        ObjectNode data = json.createObjectNode();
        data.put("eventId", event.eventId());
        data.put("eventType", type.wireName());
        data.put("aggregateId", event.aggregateId());
        data.put("occurredAt", event.occurredAt().toString());
        data.put("position", Long.toString(event.position()));
        fields.add(data, event.payload());
        return frame(event.position(), type.wireName(), json.writeValueAsBytes(data));
    }

    private static Frame frame(long position, String name, byte[] data) {
        byte[] head = bytes("id: " + position + "\nevent: " + name + "\ndata: ");
        byte[] frame = new byte[head.length + data.length + 2];
        System.arraycopy(head, 0, frame, 0, head.length);
        System.arraycopy(data, 0, frame, head.length, data.length);
        frame[frame.length - 2] = '\n';
        frame[frame.length - 1] = '\n';
        return new Frame(position, frame);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
