package tools.choco.onboarding.eventlog.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.UUID;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.messaging.MetaData;
import tools.choco.onboarding.events.EventType;

/**
 * Events with random contents in every field, at every depth; equal for an equal seed.
 *
 * <p>Fields agree with their types and with nothing else: they make no history that a session could
 * have had.
 */
public final class RandomEvents {

    private static final int LIST_MAX = 3;
    private static final int TEXT_MAX = 20;
    private static final long SECOND_MAX = 4_102_444_800L; // The year 2100.

    private final Random random;

    public RandomEvents(long seed) {
        random = new Random(seed);
    }

    /** An event of a random type. */
    public Message any() {
        return ofType(EventType.all().get(random.nextInt(EventType.all().size())));
    }

    /** An event of a given type. */
    public Message ofType(EventType type) {
        return message(type.defaultInstance());
    }

    /** The id of an aggregate by a name for it: a UUID, equal for an equal name. */
    public static String id(String name) {
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /**
     * A message as an aggregate would publish it, with a new id, the current time and a correlation
     * id.
     *
     * @param sequence position within the aggregate, from 0
     */
    public static DomainEventMessage<Message> message(
            String aggregateId, long sequence, Message event) {
        return new GenericDomainEventMessage<>(
                EventType.of(event).aggregateType(),
                aggregateId,
                sequence,
                event,
                MetaData.with("correlation_id", "correlation-" + aggregateId));
    }

    private Message message(Message empty) {
        if (empty instanceof Timestamp) {
            return Timestamp.newBuilder()
                    .setSeconds(random.nextLong(SECOND_MAX))
                    .setNanos(random.nextInt(1_000_000) * 1_000)
                    .build();
        }
        var builder = empty.newBuilderForType();
        for (var field : empty.getDescriptorForType().getFields()) {
            if (field.isRepeated()) {
                int size = random.nextInt(LIST_MAX + 1);
                for (int i = 0; i < size; i++) {
                    builder.addRepeatedField(field, value(builder, field));
                }
            } else {
                builder.setField(field, value(builder, field));
            }
        }
        return builder.build();
    }

    private Object value(Message.Builder builder, FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case STRING -> text();
            case BYTE_STRING -> bytes();
            case INT -> random.nextInt();
            case LONG -> random.nextLong();
            case BOOLEAN -> random.nextBoolean();
            case FLOAT -> random.nextFloat();
            case DOUBLE -> random.nextDouble();
            case ENUM -> {
                var values = field.getEnumType().getValues();
                yield values.get(random.nextInt(values.size()));
            }
            case MESSAGE -> message(builder.newBuilderForField(field).getDefaultInstanceForType());
        };
    }

    /** Any character but NUL and surrogates. */
    private String text() {
        return random.ints(random.nextInt(TEXT_MAX + 1), 1, Character.MIN_SURROGATE)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private ByteString bytes() {
        var bytes = new byte[random.nextInt(TEXT_MAX + 1)];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }
}
