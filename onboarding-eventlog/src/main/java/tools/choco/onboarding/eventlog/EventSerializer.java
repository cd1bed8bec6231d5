package tools.choco.onboarding.eventlog;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.Message;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.axonframework.serialization.Converter;
import org.axonframework.serialization.SerializationException;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.SerializedType;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.SimpleSerializedType;
import org.axonframework.serialization.UnknownSerializedType;
import org.axonframework.serialization.json.JacksonSerializer;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.EventType;

/**
 * Axon's serializer for everything the service stores.
 *
 * <p>An event of the catalogue is stored as its protobuf bytes, under the full name of its message
 * and the version of the schema. All else, metadata, tokens and sagas, is JSON under its class
 * name. Both come as {@code byte[]} and as nothing else.
 *
 * <p>A type that cannot be resolved is a {@link SerializationException}, where Axon's own
 * serializers hand out a placeholder that handlers silently pass over.
 */
public final class EventSerializer implements Serializer {

    private static final Map<String, EventType> BY_NAME =
            EventType.all().stream()
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    EventType::protoName, Function.identity()));

    private static final Map<Class<?>, SerializedType> TYPES =
            EventType.all().stream()
                    .collect(
                            Collectors.toUnmodifiableMap(
                                    type -> type.defaultInstance().getClass(),
                                    type ->
                                            new SimpleSerializedType(
                                                    type.protoName(), EventType.SCHEMA_VERSION)));

    private final JacksonSerializer json =
            JacksonSerializer.builder()
                    .objectMapper(
                            JsonMapper.builder()
                                    .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                                    .build())
                    .build();

    /**
     * @throws SerializationException if {@code object} is a message that is no event of the
     *     catalogue, if it cannot be written, or if anything but {@code byte[]} is asked for
     */
    @Override
    public <T> SerializedObject<T> serialize(
            @Nullable Object object, Class<T> expectedRepresentation) {
        if (!canSerializeTo(expectedRepresentation)) {
            throw new SerializationException(
                    "Serialized is to byte[] only, not to " + expectedRepresentation.getName());
        }
        if (object instanceof Message message) {
            return new SimpleSerializedObject<>(
                    expectedRepresentation.cast(message.toByteArray()),
                    expectedRepresentation,
                    typeForClass(message.getClass()));
        }
        return json.serialize(object, expectedRepresentation);
    }

    @Override
    public <T> boolean canSerializeTo(Class<T> expectedRepresentation) {
        return byte[].class.equals(expectedRepresentation);
    }

    /**
     * @throws SerializationException if the type is not known here, or the data are not readable as
     *     that type
     */
    @Override
    @SuppressWarnings("unchecked") // The interface leaves the type to its caller.
    public <S, T> T deserialize(SerializedObject<S> serializedObject) {
        var event = BY_NAME.get(serializedObject.getType().getName());
        if (event == null) {
            // Refuses what is unknown, before the delegate wraps it.
            classForType(serializedObject.getType());
            return json.deserialize(serializedObject);
        }
        var bytes = getConverter().convert(serializedObject, byte[].class).getData();
        try {
            return (T) event.parse(bytes);
        } catch (IllegalArgumentException e) {
            throw new SerializationException(
                    "Stored bytes are no readable " + event.protoName(), e);
        }
    }

    /**
     * @throws SerializationException if the type is not known here
     */
    @Override
    public Class<?> classForType(SerializedType type) {
        var event = BY_NAME.get(type.getName());
        if (event != null) {
            return event.defaultInstance().getClass();
        }
        Class<?> resolved = json.classForType(type);
        // An event goes by its message's name, so the name of its class is unknown as well.
        if (UnknownSerializedType.class.equals(resolved)
                || Message.class.isAssignableFrom(resolved)) {
            throw new SerializationException(
                    "Stored type %s (revision %s) is not known to this version of the service"
                            .formatted(type.getName(), type.getRevision()));
        }
        return resolved;
    }

    /**
     * @throws SerializationException if {@code type} is a message that is no event of the catalogue
     */
    @Override
    @SuppressWarnings("rawtypes") // As the interface has it.
    public SerializedType typeForClass(@Nullable Class type) {
        if (type == null || !Message.class.isAssignableFrom(type)) {
            return json.typeForClass(type);
        }
        var eventType = TYPES.get(type);
        if (eventType == null) {
            throw new SerializationException(
                    "%s is no event of the catalogue".formatted(type.getName()));
        }
        return eventType;
    }

    @Override
    public Converter getConverter() {
        return json.getConverter();
    }
}
