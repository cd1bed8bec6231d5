package tools.choco.onboarding.eventlog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.axonframework.eventhandling.GapAwareTrackingToken;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.MergedTrackingToken;
import org.axonframework.eventhandling.ReplayToken;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventhandling.tokenstore.ConfigToken;
import org.axonframework.messaging.MetaData;
import org.axonframework.serialization.SerializationException;
import org.axonframework.serialization.SerializedType;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.SimpleSerializedType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.envelope.v1.EventEnvelope;
import tools.choco.onboarding.events.v1.OnboardingStarted;

class EventSerializerTest {

    private final EventSerializer serializer = new EventSerializer();

    @Provide
    Arbitrary<EventType> eventTypes() {
        return Arbitraries.of(EventType.all());
    }

    @Property
    void readsEveryEventAsItWasWritten(@ForAll("eventTypes") EventType type, @ForAll long seed) {
        var event = new RandomEvents(seed).ofType(type);

        var stored = serializer.serialize(event, byte[].class);

        assertThat(stored.getType().getName()).isEqualTo(type.protoName());
        assertThat(stored.getType().getRevision()).isEqualTo(EventType.SCHEMA_VERSION);
        assertThat(stored.getData()).isEqualTo(event.toByteArray());
        assertThat(serializer.<byte[], Message>deserialize(stored)).isEqualTo(event);
    }

    @ParameterizedTest
    @MethodSource("tools.choco.onboarding.events.EventType#all")
    void resolvesTypeAndClassBothWays(EventType type) {
        var serializedType = serializer.typeForClass(type.defaultInstance().getClass());

        assertThat(serializedType.getName()).isEqualTo(type.protoName());
        assertThat(serializer.classForType(serializedType))
                .isEqualTo(type.defaultInstance().getClass());
    }

    @Test
    void readsAnEventFromOtherRepresentations() {
        var event = new RandomEvents(1).ofType(EventType.ONBOARDING_STARTED);
        var stored = serializer.serialize(event, byte[].class);
        var streamed =
                new SimpleSerializedObject<InputStream>(
                        new ByteArrayInputStream(stored.getData()),
                        InputStream.class,
                        stored.getType());

        assertThat(serializer.<InputStream, Message>deserialize(streamed)).isEqualTo(event);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "events.onboarding.v1.OnboardingForgotten",
                "events.onboarding.v2.OnboardingStarted",
                "events.envelope.v1.EventEnvelope",
                "tools.choco.onboarding.events.v1.OnboardingStarted",
                "tools.choco.onboarding.NoSuchClass",
                "OnboardingStarted"
            })
    void refusesATypeItDoesNotKnow(String name) {
        SerializedType type = new SimpleSerializedType(name, "1.0.0");
        var stored = new SimpleSerializedObject<>("{}".getBytes(UTF_8), byte[].class, type);

        assertThatThrownBy(() -> serializer.deserialize(stored))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining(name);
        assertThatThrownBy(() -> serializer.classForType(type))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining(name);
    }

    @Test
    void refusesAMessageThatIsNoEvent() {
        for (Message message :
                List.of(EventEnvelope.getDefaultInstance(), Timestamp.getDefaultInstance())) {
            assertThatThrownBy(() -> serializer.serialize(message, byte[].class))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining(message.getClass().getName());
        }
    }

    @Test
    void refusesBytesThatAreNoMessage() {
        var stored =
                new SimpleSerializedObject<>(
                        new byte[] {(byte) 0xff},
                        byte[].class,
                        serializer.typeForClass(OnboardingStarted.class));

        assertThatThrownBy(() -> serializer.deserialize(stored))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("events.onboarding.v1.OnboardingStarted");
    }

    @Test
    void writesBytesOnly() {
        assertThat(serializer.canSerializeTo(byte[].class)).isTrue();
        assertThat(serializer.canSerializeTo(String.class)).isFalse();
        assertThatThrownBy(() -> serializer.serialize(MetaData.emptyInstance(), String.class))
                .isInstanceOf(SerializationException.class);
    }

    @Test
    void writesMetaDataAsAPlainJsonObject() {
        var stored = serializer.serialize(MetaData.with("actor", "Zoë"), byte[].class);

        assertThat(new String(stored.getData(), UTF_8)).isEqualTo("{\"actor\":\"Zoë\"}");
        assertThat(stored.getType().getName()).isEqualTo(MetaData.class.getName());
    }

    @Property
    void readsMetaDataAsItWasWritten(@ForAll Map<String, String> entries) {
        var metaData = MetaData.from(entries);

        var stored = serializer.serialize(metaData, byte[].class);

        assertThat(serializer.<byte[], MetaData>deserialize(stored)).isEqualTo(metaData);
    }

    static List<TrackingToken> tokens() {
        TrackingToken gaps = GapAwareTrackingToken.newInstance(12, List.of(7L, 11L));
        TrackingToken position = new GlobalSequenceTrackingToken(42);
        return List.of(
                gaps,
                position,
                ReplayToken.createReplayToken(position, new GlobalSequenceTrackingToken(3)),
                ReplayToken.createReplayToken(gaps),
                MergedTrackingToken.merged(position, new GlobalSequenceTrackingToken(40)),
                new ConfigToken(Map.of("id", "a-store")));
    }

    @ParameterizedTest
    @MethodSource("tokens")
    void readsEveryTokenAsItWasWritten(TrackingToken token) {
        var stored = serializer.serialize(token, byte[].class);

        assertThat(serializer.<byte[], TrackingToken>deserialize(stored)).isEqualTo(token);
    }

    record Plan(Instant due) {}

    @Test
    void readsTimesAsTheyWereWritten() {
        var plan = new Plan(Instant.parse("2026-01-02T03:04:05.678901Z"));

        var stored = serializer.serialize(plan, byte[].class);

        assertThat(new String(stored.getData(), UTF_8)).contains("2026-01-02T03:04:05.678901Z");
        assertThat(serializer.<byte[], Plan>deserialize(stored)).isEqualTo(plan);
    }

    @Test
    void refusesFieldsItDoesNotKnow() {
        var stored =
                new SimpleSerializedObject<>(
                        "{\"index\":1,\"surprise\":2}".getBytes(UTF_8),
                        byte[].class,
                        serializer.typeForClass(GapAwareTrackingToken.class));

        assertThatThrownBy(() -> serializer.deserialize(stored))
                .isInstanceOf(SerializationException.class);
    }

    @Test
    void writesNothingAsTheEmptyType() {
        var stored = serializer.serialize(null, byte[].class);

        assertThat(stored.getType()).isEqualTo(SerializedType.emptyType());
        assertThat(serializer.<byte[], Object>deserialize(stored)).isNull();
        assertThat(serializer.classForType(SerializedType.emptyType())).isEqualTo(Void.class);
    }
}
