package tools.choco.onboarding.watch;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.v1.OnboardingReset;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.events.v1.OnboardingStepCompleted;
import tools.choco.onboarding.events.v1.SealedText;
import tools.choco.onboarding.events.v1.SiteProvisionCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an event shows to those outside: its public fields in camelCase, without its time. As in
 * every answer, what has no value is null, and the words of an enum are lower case. What is sealed
 * goes by the name of the field that it stands for: {@code sealed_github_repo} is {@code
 * githubRepo}.
 */
public final class EventJson {

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
    private static final String SEALED = "sealed_";

    private final JsonMapper json;
    private final @Nullable TextVault texts;

    private EventJson(JsonMapper json, @Nullable TextVault texts) {
        this.json = json;
        this.texts = texts;
    }

    /** For the user: what is sealed is shown, and null once their keys are destroyed. */
    public static EventJson opened(JsonMapper json, TextVault texts) {
        return new EventJson(json, texts);
    }

    /** For other systems: what is sealed is null. */
    public static EventJson closed(JsonMapper json) {
        return new EventJson(json, null);
    }

    /** Adds the fields of an event, or of a part of one. */
    public void add(ObjectNode target, Message message) {
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (HIDDEN.contains(field)
                    || field.getName().equals(OCCURRED_AT)
                    || field.getName().startsWith(SEALED)) {
                continue;
            }
            FieldDescriptor sealed =
                    message.getDescriptorForType().findFieldByName(SEALED + field.getName());
            Object value =
                    sealed == null ? message.getField(field) : opened(message, field, sealed);
            if (field.isRepeated()) {
                ArrayNode items = target.putArray(field.getJsonName());
                ((Iterable<?>) value).forEach(item -> items.add(node(field, item)));
            } else {
                target.set(field.getJsonName(), node(field, value));
            }
        }
    }

    /** The text that a field stands for; empty if it is not to be read, or not any more. */
    private String opened(Message event, FieldDescriptor field, FieldDescriptor sealed) {
        if (texts == null || !event.hasField(sealed)) {
            return "";
        }
        String aggregate =
                EventType.of(event).aggregateType().equals(EventType.SITE)
                        ? EventFields.siteId(event).orElseThrow()
                        : EventFields.sessionId(event);
        return texts.open(
                        EventFields.userId(event),
                        aggregate,
                        field.getName(),
                        (SealedText) event.getField(sealed))
                .orElse("");
    }

    private JsonNode node(FieldDescriptor field, Object value) {
        var nodes = json.getNodeFactory();
        return switch (value) {
            case String text -> text.isEmpty() ? nodes.nullNode() : nodes.stringNode(text);
            case Integer number -> nodes.numberNode(number);
            case Long number -> nodes.numberNode(number);
            case Boolean flag -> nodes.booleanNode(flag);
            case EnumValueDescriptor word ->
                    word.getNumber() == 0 ? nodes.nullNode() : nodes.stringNode(word(word));
            case Message message -> {
                ObjectNode object = nodes.objectNode();
                add(object, message);
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

    private static FieldDescriptor field(Message event, String name) {
        FieldDescriptor field = event.getDescriptorForType().findFieldByName(name);
        if (field == null) {
            throw new IllegalStateException("no field " + name);
        }
        return field;
    }
}
