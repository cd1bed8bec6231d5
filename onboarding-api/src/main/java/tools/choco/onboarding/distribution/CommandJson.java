package tools.choco.onboarding.distribution;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import org.axonframework.serialization.ChainingConverter;
import org.axonframework.serialization.Converter;
import org.axonframework.serialization.SerializationException;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.SerializedType;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.SimpleSerializedType;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.v1.SealedAnswers;
import tools.choco.onboarding.events.v1.SealedText;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * Commands, answers and failures as JSON under the name of their record, between instances of one
 * version; nothing of it is stored. No class but a record of the service is ever made of what came.
 */
public final class CommandJson implements Serializer {

    private static final String OURS = "tools.choco.onboarding.";

    private final Converter converter = new ChainingConverter();
    private final JsonMapper json =
            JsonMapper.builder()
                    // The components of a record, and none of its questions.
                    .changeDefaultVisibility(
                            visibility ->
                                    visibility
                                            .withGetterVisibility(Visibility.NONE)
                                            .withIsGetterVisibility(Visibility.NONE)
                                            .withFieldVisibility(Visibility.ANY))
                    .addModule(
                            new SimpleModule()
                                    .addSerializer(Message.class, new AsBytes())
                                    .addDeserializer(
                                            SealedAnswers.class,
                                            new OfBytes<>(SealedAnswers.parser()))
                                    .addDeserializer(
                                            SealedText.class, new OfBytes<>(SealedText.parser())))
                    .build();

    /**
     * @throws SerializationException if it is no record of the service, or not to be {@code byte[]}
     */
    @Override
    public <T> SerializedObject<T> serialize(
            @Nullable Object object, Class<T> expectedRepresentation) {
        if (object == null || !canSerializeTo(expectedRepresentation)) {
            throw new SerializationException("Only records go to other instances, and as byte[]");
        }
        try {
            return new SimpleSerializedObject<>(
                    expectedRepresentation.cast(json.writeValueAsBytes(object)),
                    expectedRepresentation,
                    typeForClass(required(object.getClass())));
        } catch (JacksonException unwritable) {
            throw new SerializationException(
                    "Cannot be sent: " + object.getClass().getName(), unwritable);
        }
    }

    @Override
    public <T> boolean canSerializeTo(Class<T> expectedRepresentation) {
        return byte[].class.equals(expectedRepresentation);
    }

    /**
     * @throws SerializationException if the type is no record of the service, or the data are not
     *     readable as that
     */
    @Override
    @SuppressWarnings("unchecked") // The interface leaves the type to its caller.
    public <S, T> T deserialize(SerializedObject<S> serializedObject) {
        Class<?> type = classForType(serializedObject.getType());
        try {
            return (T)
                    json.readValue(
                            converter.convert(serializedObject, byte[].class).getData(), type);
        } catch (JacksonException unreadable) {
            throw new SerializationException("Not readable as " + type.getName(), unreadable);
        }
    }

    @Override
    public Class<?> classForType(SerializedType type) {
        try {
            return required(Class.forName(type.getName(), false, getClass().getClassLoader()));
        } catch (ClassNotFoundException unknown) {
            throw new SerializationException(
                    type.getName() + " is not known to this version of the service", unknown);
        }
    }

    private static Class<?> required(Class<?> type) {
        if (!type.isRecord() || !type.getName().startsWith(OURS)) {
            throw new SerializationException(type.getName() + " is no record of the service");
        }
        return type;
    }

    @Override
    @SuppressWarnings("rawtypes") // As the interface has it.
    public SerializedType typeForClass(@Nullable Class type) {
        return type == null
                ? SerializedType.emptyType()
                : new SimpleSerializedType(type.getName(), null);
    }

    @Override
    public Converter getConverter() {
        return converter;
    }

    private static final class AsBytes extends ValueSerializer<Message> {

        @Override
        public void serialize(
                Message message, JsonGenerator generator, SerializationContext context) {
            generator.writeBinary(message.toByteArray());
        }
    }

    private static final class OfBytes<M extends Message> extends ValueDeserializer<M> {

        private final Parser<M> parser;

        OfBytes(Parser<M> parser) {
            this.parser = parser;
        }

        @Override
        public M deserialize(JsonParser json, DeserializationContext context) {
            try {
                return parser.parseFrom(json.getBinaryValue());
            } catch (InvalidProtocolBufferException unreadable) {
                throw new SerializationException("Not readable as what was sealed", unreadable);
            }
        }
    }
}
