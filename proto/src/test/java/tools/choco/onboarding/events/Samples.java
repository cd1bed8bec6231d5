package tools.choco.onboarding.events;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.choco.onboarding.events.envelope.v1.EventEnvelope;

/**
 * Messages with every field set, at every depth, to something other than its default.
 *
 * <p>A value follows from the field's name and number alone, so it is the same in every run, and
 * two fields of one type never hold the same: a mix-up of fields shows.
 */
final class Samples {

    /** Name of the envelope's sample; an event's sample has the event's wire name. */
    static final String ENVELOPE = "envelope";

    // 2026-03-14T09:26:53Z
    private static final long EPOCH_SECOND = 1_773_480_413;

    private Samples() {}

    /** A sample of each event and of the envelope, by name. */
    static Map<String, Message> all() {
        Map<String, Message> samples = new TreeMap<>();
        for (EventType type : EventType.all()) {
            samples.put(type.wireName(), of(type));
        }
        samples.put(ENVELOPE, envelope());
        return samples;
    }

    static Message of(EventType type) {
        return filled(type.defaultInstance(), 0);
    }

    static Message envelope() {
        return filled(EventEnvelope.getDefaultInstance(), 0);
    }

    /** The message that a sample of that name is one of, with every field at its default. */
    static Message emptyFor(String name) {
        return name.equals(ENVELOPE)
                ? EventEnvelope.getDefaultInstance()
                : EventType.byWireName(name).defaultInstance();
    }

    private static Message filled(Message empty, int salt) {
        if (empty instanceof Timestamp) {
            return Timestamp.newBuilder()
                    .setSeconds(EPOCH_SECOND + salt)
                    .setNanos(123_456_000 + salt * 1_000)
                    .build();
        }
        if (empty instanceof Any) {
            return Any.pack(of(EventType.ONBOARDING_STARTED));
        }
        Message.Builder builder = empty.newBuilderForType();
        for (FieldDescriptor field : empty.getDescriptorForType().getFields()) {
            if (field.isRepeated()) {
                builder.addRepeatedField(field, value(builder, field, salt + 1));
                builder.addRepeatedField(field, value(builder, field, salt + 2));
            } else {
                builder.setField(field, value(builder, field, salt));
            }
        }
        return builder.build();
    }

    private static Object value(Message.Builder builder, FieldDescriptor field, int salt) {
        int number = 100 * salt + field.getNumber();
        String text = field.getName() + "-" + number;
        return switch (field.getJavaType()) {
            case STRING -> text;
            case BYTE_STRING -> ByteString.copyFromUtf8(text);
            case INT -> 1_000 + number;
            case LONG -> 5_000_000_000L + number;
            case BOOLEAN -> true;
            case FLOAT -> 0.5f + number;
            case DOUBLE -> 0.25 + number;
            case ENUM -> nonDefault(field.getEnumType(), number);
            case MESSAGE ->
                    filled(builder.newBuilderForField(field).getDefaultInstanceForType(), number);
        };
    }

    private static Object nonDefault(EnumDescriptor type, int number) {
        return type.getValues().get(1 + number % (type.getValues().size() - 1));
    }

    /** Paths of the fields of {@code message} that are not set, at every depth. */
    static List<String> unset(Message message) {
        List<String> unset = new ArrayList<>();
        collectUnset("", message, unset);
        return unset;
    }

    private static void collectUnset(String prefix, Message message, List<String> unset) {
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            String path = prefix + field.getName();
            if (field.isRepeated()
                    ? message.getRepeatedFieldCount(field) == 0
                    : !message.hasField(field)) {
                unset.add(path);
            } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                List<?> values =
                        field.isRepeated()
                                ? (List<?>) message.getField(field)
                                : List.of(message.getField(field));
                values.forEach(value -> collectUnset(path + ".", (Message) value, unset));
            }
        }
    }
}
