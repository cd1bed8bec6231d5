package tools.choco.onboarding.funnel;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.ingest.v1.ExternalEventReceived;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The fields of one event, as conditions and dimensions read them. */
final class Values {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Message event;
    private @Nullable JsonNode json;

    Values(Message event) {
        this.event = event;
    }

    /** Whether the event is of the rule's type, and all its conditions hold. */
    boolean fit(EventRule rule, String type) {
        if (!rule.type().equals(type)) {
            return false;
        }
        for (Condition condition : rule.conditions()) {
            String value = get(condition.field());
            if (value == null || condition.values().contains(value) == condition.negated()) {
                return false;
            }
        }
        return true;
    }

    /**
     * A field as text.
     *
     * @return null if the event has no such field, or it holds no single value
     */
    @Nullable String get(String field) {
        return event instanceof ExternalEventReceived external
                ? ofJson(external, field)
                : ofMessage(field);
    }

    private @Nullable String ofMessage(String name) {
        FieldDescriptor field = event.getDescriptorForType().findFieldByName(name);
        if (field == null || field.isRepeated()) {
            return null;
        }
        return switch (field.getJavaType()) {
            case ENUM -> Condition.text((EnumValueDescriptor) event.getField(field));
            case STRING, INT, LONG, BOOLEAN -> String.valueOf(event.getField(field));
            case FLOAT, DOUBLE, BYTE_STRING, MESSAGE -> null;
        };
    }

    private @Nullable String ofJson(ExternalEventReceived external, String path) {
        if (json == null) {
            json = parsed(external);
        }
        JsonNode node = json;
        for (String name : path.split("\\.", -1)) {
            node = node.path(name);
        }
        return node.isValueNode() && !node.isNull() ? node.asString() : null;
    }

    /** What cannot be read has no fields. */
    private static JsonNode parsed(ExternalEventReceived external) {
        try {
            return JSON.readTree(external.getPayload().toByteArray());
        } catch (JacksonException unreadable) {
            return JSON.nullNode();
        }
    }
}
