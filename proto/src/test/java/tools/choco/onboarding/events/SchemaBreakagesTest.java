package tools.choco.onboarding.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The comparer itself, on one schema and others that differ from it in one thing. */
class SchemaBreakagesTest {

    private static final String PACKAGE = "events.onboarding.v1.";

    // An approved one never changes, so neither do the sentences below.
    private static final FileDescriptorSet SCHEMA = Approved.schema("1.0.0");

    static Stream<Arguments> breakages() {
        return Stream.of(
                breakage(
                        "removed field",
                        inMessage("OnboardingStarted", message -> remove(message, "variant")),
                        PACKAGE + "OnboardingStarted.variant = 8 is removed"),
                breakage(
                        "renumbered field",
                        inField("OnboardingStarted", "variant", field -> field.setNumber(99)),
                        PACKAGE + "OnboardingStarted.variant = 8 is renumbered to 99"),
                breakage(
                        "swapped fields",
                        inMessage(
                                "OnboardingCompleted",
                                message -> {
                                    field(message, "completed_steps").setNumber(6);
                                    field(message, "skipped_steps").setNumber(5);
                                }),
                        PACKAGE + "OnboardingCompleted.completed_steps = 5 is renumbered to 6",
                        PACKAGE
                                + "OnboardingCompleted.completed_steps = 5:"
                                + " name was \"completed_steps\", is \"skipped_steps\"",
                        PACKAGE + "OnboardingCompleted.skipped_steps = 6 is renumbered to 5",
                        PACKAGE
                                + "OnboardingCompleted.skipped_steps = 6:"
                                + " name was \"skipped_steps\", is \"completed_steps\""),
                breakage(
                        "renamed field",
                        inField("OnboardingStarted", "variant", field -> field.setName("arm")),
                        PACKAGE
                                + "OnboardingStarted.variant = 8:"
                                + " name was \"variant\", is \"arm\""),
                breakage(
                        "number of a removed field used again",
                        inMessage(
                                "OnboardingStarted",
                                message -> {
                                    remove(message, "variant");
                                    message.addField(newField("arm", 8));
                                }),
                        PACKAGE
                                + "OnboardingStarted.variant = 8:"
                                + " name was \"variant\", is \"arm\""),
                breakage(
                        "other scalar type",
                        inField(
                                "OnboardingStarted",
                                "total_steps",
                                field -> field.setType(FieldDescriptorProto.Type.TYPE_INT64)),
                        PACKAGE
                                + "OnboardingStarted.total_steps = 12:"
                                + " type was \"TYPE_INT32\", is \"TYPE_INT64\""),
                breakage(
                        "other label",
                        inField(
                                "OnboardingStarted",
                                "source",
                                field -> field.setLabel(FieldDescriptorProto.Label.LABEL_REPEATED)),
                        PACKAGE
                                + "OnboardingStarted.source = 9:"
                                + " label was \"LABEL_OPTIONAL\", is \"LABEL_REPEATED\""),
                breakage(
                        "other message type",
                        inField(
                                "OnboardingStepCompleted",
                                "answers",
                                field -> field.setTypeName("." + PACKAGE + "OfferedPath")),
                        PACKAGE
                                + "OnboardingStepCompleted.answers = 7: type name was"
                                + " \".events.onboarding.v1.SealedAnswers\","
                                + " is \".events.onboarding.v1.OfferedPath\""),
                breakage(
                        "other enum type",
                        inField(
                                "SiteProvisionFailed",
                                "error_kind",
                                field -> field.setTypeName("." + PACKAGE + "SagaKind")),
                        PACKAGE
                                + "SiteProvisionFailed.error_kind = 7: type name was"
                                + " \".events.onboarding.v1.ErrorKind\","
                                + " is \".events.onboarding.v1.SagaKind\""),
                breakage(
                        "moved into a oneof",
                        inMessage(
                                "OnboardingReset",
                                message -> {
                                    message.addOneofDecl(
                                            OneofDescriptorProto.newBuilder().setName("by"));
                                    field(message, "actor_id").setOneofIndex(0);
                                }),
                        PACKAGE + "OnboardingReset.actor_id = 5: oneof was \"\", is \"by\""),
                breakage(
                        "made optional",
                        inMessage(
                                "OnboardingReset",
                                message -> {
                                    message.addOneofDecl(
                                            OneofDescriptorProto.newBuilder().setName("_reason"));
                                    field(message, "reason")
                                            .setOneofIndex(0)
                                            .setProto3Optional(true);
                                }),
                        PACKAGE + "OnboardingReset.reason = 6: oneof was \"\", is \"_reason\""),
                breakage(
                        "removed enum value",
                        inEnum("DeployStatus", type -> type.removeValue(4)),
                        PACKAGE + "DeployStatus.DEPLOY_STATUS_FAILED = 4 is removed"),
                breakage(
                        "renamed enum value",
                        inEnum("DeployStatus", type -> type.getValueBuilder(4).setName("BROKEN")),
                        PACKAGE + "DeployStatus.DEPLOY_STATUS_FAILED = 4 is removed"),
                breakage(
                        "renumbered enum value",
                        inEnum("DeployStatus", type -> type.getValueBuilder(4).setNumber(5)),
                        PACKAGE
                                + "DeployStatus.DEPLOY_STATUS_FAILED = 4:"
                                + " number was \"4\", is \"5\""),
                breakage(
                        "removed enum",
                        files -> {
                            FileDescriptorProto.Builder file = lifecycle(files);
                            file.removeEnumType(
                                    indexOf(
                                            file.getEnumTypeList().stream()
                                                    .map(EnumDescriptorProto::getName),
                                            "ErrorKind"));
                            field(message(files, "SiteProvisionFailed"), "error_kind")
                                    .setType(FieldDescriptorProto.Type.TYPE_INT32)
                                    .clearTypeName();
                        },
                        PACKAGE
                                + "SiteProvisionFailed.error_kind = 7:"
                                + " type was \"TYPE_ENUM\", is \"TYPE_INT32\"",
                        PACKAGE
                                + "SiteProvisionFailed.error_kind = 7: type name was"
                                + " \".events.onboarding.v1.ErrorKind\", is \"\"",
                        "enum " + PACKAGE + "ErrorKind is gone"),
                breakage(
                        "removed message",
                        files -> removeMessage(files, "OnboardingAbandoned"),
                        "message " + PACKAGE + "OnboardingAbandoned is gone"),
                breakage(
                        "renamed message",
                        inMessage("OnboardingAbandoned", message -> message.setName("Left")),
                        "message " + PACKAGE + "OnboardingAbandoned is gone"),
                breakage(
                        "other package",
                        files -> files.getFileBuilder(0).setPackage("events.envelope.v2"),
                        "message events.envelope.v1.EventEnvelope is gone"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("breakages")
    void reports(String what, Consumer<FileDescriptorSet.Builder> change, String... sentences) {
        FileDescriptorSet changed = changed(SCHEMA, change);

        assertThat(SchemaBreakages.between(SCHEMA, changed))
                .as(what)
                .containsExactlyInAnyOrder(sentences);
    }

    static Stream<Arguments> additions() {
        return Stream.of(
                addition(
                        "field",
                        inMessage(
                                "OnboardingStarted",
                                message -> message.addField(newField("locale", 14)))),
                addition(
                        "enum value",
                        inEnum(
                                "DeployStatus",
                                type ->
                                        type.addValue(
                                                EnumValueDescriptorProto.newBuilder()
                                                        .setName("DEPLOY_STATUS_CANCELLED")
                                                        .setNumber(5)))),
                addition(
                        "message",
                        files ->
                                lifecycle(files)
                                        .addMessageType(
                                                DescriptorProto.newBuilder()
                                                        .setName("OnboardingArchived")
                                                        .addField(newField("session_id", 1)))),
                addition(
                        "other order of the same fields",
                        inMessage(
                                "OnboardingStarted",
                                message -> {
                                    FieldDescriptorProto first = message.getField(0);
                                    message.removeField(0).addField(first);
                                })));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("additions")
    void acceptsAnAddition(String what, Consumer<FileDescriptorSet.Builder> change) {
        FileDescriptorSet changed = changed(SCHEMA, change);

        assertThat(changed).as(what).isNotEqualTo(SCHEMA);
        assertThat(SchemaBreakages.between(SCHEMA, changed)).as(what).isEmpty();
    }

    @Test
    void looksIntoNestedTypes() {
        FileDescriptorSet older =
                changed(
                        SCHEMA,
                        inMessage(
                                "OnboardingStarted",
                                message ->
                                        message.addNestedType(
                                                DescriptorProto.newBuilder()
                                                        .setName("Device")
                                                        .addField(newField("model", 1)))));
        FileDescriptorSet newer =
                changed(
                        older,
                        inMessage(
                                "OnboardingStarted",
                                message -> message.getNestedTypeBuilder(0).removeField(0)));

        assertThat(SchemaBreakages.between(older, newer))
                .containsExactly(PACKAGE + "OnboardingStarted.Device.model = 1 is removed");
        assertThat(SchemaBreakages.between(older, SCHEMA))
                .containsExactly("message " + PACKAGE + "OnboardingStarted.Device is gone");
    }

    private static Arguments breakage(
            String what, Consumer<FileDescriptorSet.Builder> change, String... sentences) {
        return arguments(what, change, sentences);
    }

    private static Arguments addition(String what, Consumer<FileDescriptorSet.Builder> change) {
        return arguments(what, change);
    }

    private static FileDescriptorSet changed(
            FileDescriptorSet files, Consumer<FileDescriptorSet.Builder> change) {
        FileDescriptorSet.Builder builder = files.toBuilder();
        change.accept(builder);
        FileDescriptorSet changed = builder.build();
        // A change that no compiler would let through proves nothing.
        assertThat(Schema.messages(changed)).isNotEmpty();
        return changed;
    }

    private static Consumer<FileDescriptorSet.Builder> inMessage(
            String name, Consumer<DescriptorProto.Builder> change) {
        return files -> change.accept(message(files, name));
    }

    private static Consumer<FileDescriptorSet.Builder> inField(
            String message, String name, Consumer<FieldDescriptorProto.Builder> change) {
        return files -> change.accept(field(message(files, message), name));
    }

    private static Consumer<FileDescriptorSet.Builder> inEnum(
            String name, Consumer<EnumDescriptorProto.Builder> change) {
        return files -> {
            FileDescriptorProto.Builder file = lifecycle(files);
            Stream<String> names =
                    file.getEnumTypeList().stream().map(EnumDescriptorProto::getName);
            change.accept(file.getEnumTypeBuilder(indexOf(names, name)));
        };
    }

    private static FileDescriptorProto.Builder lifecycle(FileDescriptorSet.Builder files) {
        return files.getFileBuilder(1);
    }

    private static DescriptorProto.Builder message(FileDescriptorSet.Builder files, String name) {
        FileDescriptorProto.Builder file = lifecycle(files);
        return file.getMessageTypeBuilder(indexOfMessage(file, name));
    }

    private static void removeMessage(FileDescriptorSet.Builder files, String name) {
        FileDescriptorProto.Builder file = lifecycle(files);
        file.removeMessageType(indexOfMessage(file, name));
    }

    private static int indexOfMessage(FileDescriptorProto.Builder file, String name) {
        return indexOf(file.getMessageTypeList().stream().map(DescriptorProto::getName), name);
    }

    private static FieldDescriptorProto.Builder field(
            DescriptorProto.Builder message, String name) {
        return message.getFieldBuilder(indexOfField(message, name));
    }

    private static void remove(DescriptorProto.Builder message, String field) {
        message.removeField(indexOfField(message, field));
    }

    private static int indexOfField(DescriptorProto.Builder message, String name) {
        return indexOf(message.getFieldList().stream().map(FieldDescriptorProto::getName), name);
    }

    private static FieldDescriptorProto newField(String name, int number) {
        return FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setType(FieldDescriptorProto.Type.TYPE_STRING)
                .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
                .build();
    }

    private static int indexOf(Stream<String> names, String name) {
        var all = names.toList();
        return IntStream.range(0, all.size())
                .filter(i -> all.get(i).equals(name))
                .findFirst()
                .orElseThrow();
    }
}
