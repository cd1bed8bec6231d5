package tools.choco.onboarding.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.axonframework.serialization.SerializationException;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.SimpleSerializedType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.SealedAnswers;
import tools.choco.onboarding.events.v1.SealedText;
import tools.choco.onboarding.refusal.RecordRefusal;
import tools.choco.onboarding.session.SessionAnswer;
import tools.choco.onboarding.session.SessionCommand;
import tools.choco.onboarding.site.AdoptSite;
import tools.choco.onboarding.site.AdvanceSite;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.site.SiteCommand;

class CommandJsonTest {

    private static final String ID = "0195e0b4-9f0a-7cc1-8c55-0f5cf8a0d6b1";

    private final CommandJson json = new CommandJson();

    /** Every command, every answer, every failure there is. */
    static Stream<Class<?>> travellers() {
        return Stream.of(
                        Stream.of(SessionCommand.class.getPermittedSubclasses()),
                        Stream.of(SiteCommand.class.getPermittedSubclasses()),
                        Stream.of(Failures.Failure.class.getPermittedSubclasses()),
                        Stream.of(RecordRefusal.class, SessionAnswer.class, SiteAnswer.class))
                .flatMap(it -> it);
    }

    @ParameterizedTest
    @MethodSource("travellers")
    void arriveAsTheyWereSent(Class<?> type) throws ReflectiveOperationException {
        for (boolean full : new boolean[] {true, false}) {
            Object sent = example(type, type, full);

            Object received = json.deserialize(json.serialize(sent, byte[].class));

            assertThat(received).isEqualTo(sent);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.lang.Object",
                "java.util.ArrayList",
                "tools.choco.onboarding.Nobody",
                "tools.choco.onboarding.session.OnboardingSession"
            })
    void makeNothingButRecordsOfOurs(String name) {
        assertThatThrownBy(
                        () ->
                                json.deserialize(
                                        new SimpleSerializedObject<>(
                                                "{}".getBytes(StandardCharsets.UTF_8),
                                                byte[].class,
                                                new SimpleSerializedType(name, null))))
                .isInstanceOf(SerializationException.class);
    }

    /** An object with something in every component; with nulls and empty lists, if not full. */
    private static Object example(Class<?> type, Type generic, boolean full)
            throws ReflectiveOperationException {
        if (type == String.class) {
            return ID;
        }
        if (type == int.class || type == Integer.class) {
            return 2;
        }
        if (type == long.class || type == Long.class) {
            return 3L;
        }
        if (type == boolean.class) {
            return true;
        }
        if (type == Instant.class) {
            return Instant.parse("2026-11-21T10:11:12.123456Z");
        }
        if (type == SealedAnswers.class) {
            return SealedAnswers.newBuilder().setCiphertext(ByteString.copyFromUtf8("x")).build();
        }
        if (type == SealedText.class) {
            return SealedText.newBuilder().setCiphertext(ByteString.copyFromUtf8("y")).build();
        }
        if (type == HostingMode.class) {
            return full
                    ? HostingMode.HOSTING_MODE_USER_GIT
                    : HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE;
        }
        if (type.isEnum()) {
            Object[] constants = type.getEnumConstants();
            // The first of a protobuf enum says nothing, and the last nothing known. So a site is
            // one of the user's own, or a welcome site without what only the other has.
            return constants[full ? constants.length - 2 : 1];
        }
        if (type == List.class || type == Set.class) {
            Class<?> item = (Class<?>) ((ParameterizedType) generic).getActualTypeArguments()[0];
            List<Object> items = full ? List.of(example(item, item, full)) : List.of();
            return type == List.class ? items : Set.copyOf(items);
        }
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            boolean nullable =
                    Arrays.stream(components[i].getAnnotatedType().getAnnotations())
                            .anyMatch(it -> it.annotationType().getSimpleName().equals("Nullable"));
            values[i] =
                    nullable && !full
                            ? null
                            : example(
                                    components[i].getType(), components[i].getGenericType(), full);
        }
        Constructor<?> canonical =
                type.getDeclaredConstructor(
                        Arrays.stream(components)
                                .map(RecordComponent::getType)
                                .toArray(Class<?>[]::new));
        canonical.setAccessible(true);
        return canonical.newInstance(fitting(type, values));
    }

    /** What the records hold their components to. */
    private static Object[] fitting(Class<?> type, Object[] values) {
        if (type == AdvanceSite.class) {
            values[2] = ProvisioningState.VERCEL_CREATING;
            values[3] = ProvisioningState.VERCEL_CREATED;
        } else if (type == AdoptSite.class) {
            for (int i = 0; i < values.length; i++) {
                if (type.getRecordComponents()[i].getName().equals("githubRepo")) {
                    values[i] = "ada/site";
                }
            }
        }
        return values;
    }
}
