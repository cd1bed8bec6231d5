package tools.choco.onboarding.watch;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.v1.OnboardingReset;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.projection.LoggedEvent;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Events and snapshots as they go over the wire.
 *
 * <p>An event's JSON has its public fields in camelCase. As in every answer, what has no value is
 * null, and the words of an enum are lower case.
 */
final class EventFrames {

    static final Frame HEARTBEAT = new Frame(0, bytes(":\n\n"));

    /** Not for the user: answers, what operators write for each other, and inner names. */
    private static final Set<FieldDescriptor> HIDDEN =
            Set.of(
                    field(OnboardingStarted.getDefaultInstance(), "flow_hash"),
                    field(OnboardingStepCompleted.getDefaultInstance(), "answers"),
                    field(OnboardingReset.getDefaultInstance(), "actor_id"),
                    field(OnboardingReset.getDefaultInstance(), "reason"),
                    field(SiteProvisionStateChanged.getDefaultInstance(), "detail"),
                    field(SiteProvisionCompleted.getDefaultInstance(), "vercel_project_id"));

    private static final String OCCURRED_AT = "occurred_at";

    private final JsonMapper json;

    EventFrames(JsonMapper json) {
        this.json = json;
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
        addFields(data, event.payload());
        return frame(event.position(), type.wireName(), json.writeValueAsBytes(data));
    }

    private void addFields(ObjectNode target, Message message) {
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (HIDDEN.contains(field) || field.getName().equals(OCCURRED_AT)) {
                continue;
            }
            Object value = message.getField(field);
            if (field.isRepeated()) {
                ArrayNode items = target.putArray(field.getJsonName());
                ((Iterable<?>) value).forEach(item -> items.add(node(field, item)));
            } else {
                target.set(field.getJsonName(), node(field, value));
            }
        }
    }

    private JsonNode node(FieldDescriptor field, Object value) {
        var nodes = json.getNodeFactory();
        return switch (value) {
            case String text -> text.isEmpty() ? nodes.nullNode() : nodes.stringNode(text);
            case Integer number -> nodes.numberNode(number);
            case Long number -> nodes.numberNode(number);
            case Boolean flag -> nodes.booleanNode(flag);
            case EnumValueDescriptor word ->
                    word.getNumber() == 0
                            ? nodes.nullNode()
                            : nodes.stringNode(EventFrames.word(word));
            case Message message -> {
                ObjectNode object = nodes.objectNode();
                addFields(object, message);
                yield object;
            }
            default ->
                    throw new IllegalArgumentException(
                            field.getFullName() + " has no form in a stream");
        };
    }

    /** An enum's constant without the name of its type, as {@code awaiting_github}. */
    static String word(EnumValueDescriptor value) {
        String prefix =
                value.getType()
                                .getName()
                                .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
                                .toUpperCase(Locale.ROOT)
                        + "_";
        String name = value.getName();
        // A constant of a newer schema has its number in the name, and no prefix.
        return (name.startsWith(prefix) ? name.substring(prefix.length()) : name)
                .toLowerCase(Locale.ROOT);
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

    private static FieldDescriptor field(Message event, String name) {
        FieldDescriptor field = event.getDescriptorForType().findFieldByName(name);
        if (field == null) {
            throw new IllegalStateException("no field " + name);
        }
        return field;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
