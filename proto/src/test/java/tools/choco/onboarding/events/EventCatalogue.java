package tools.choco.onboarding.events;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes the catalogue for people out of the schema and its comments. */
final class EventCatalogue {

    private static final String INTRODUCTION =
            """
            # Events

            <!-- Written from the comments of proto/src/main/protobuf by the proto module's tests:
                 mvn -pl proto test -Dapprove=true. A change by hand fails the build. -->

            {about}

            Schema version **{version}**.

            - [Envelope](#envelope): how an event leaves the service
            - [Metadata](#metadata): who, why, and under which idempotency key
            - [Rules of change](#rules-of-change): what the schema promises
            - [Session events](#session-events), [site events](#site-events)
            - [Refusals](#refusals), [other systems' events](#other-systems-events),
              [operators' acts](#operators-acts)
            - [Values](#values) and [enums](#enums) that the events use

            """;

    private static final String METADATA =
            """
            ## Metadata

            Beside its payload every row of the log carries metadata. The first two leave the
            service as fields of the envelope; the rest stays in the log.

            | name | meaning |
            |---|---|
            | `correlation_id` | One per request, set at the edge; always there. |
            | `causation_id` | `event_id` of the direct cause; absent where a request was the cause. |
            | `actor` | Who did it: a subject, or the name of a part of the service; always there. |
            | `idempotency_key` | Key under which a retry of the request is recognised; absent if the client sent none. |
            | `request_hash` | SHA-256 hex of the request's route and canonical body; beside the key only. |

            ## Rules of change

            - Messages, fields and enum values are only ever added. None is removed, renamed,
              renumbered or given another type, and no number is used twice.
            - Every change gets a new schema version (semantic: what is added raises the minor
              number). The log stores with each event the version under which it was appended; an
              old row is never rewritten.
            - A field that an event does not have reads as its default: the empty string, 0, false,
              the `UNSPECIFIED` value. So the default always means that nothing is known or nothing
              applies.
            - A consumer passes over fields, enum values and event types that it does not know. The
              service itself refuses an event type that it does not know: its own log holds none.
            - The build holds all of it: each version's descriptors and one sample of bytes per
              event lie in `proto/src/approved`, today's schema is compared with every one of them,
              and today's code reads every sample. `mvn -pl proto test -Dapprove=true` adds the
              files of a new `EventType.SCHEMA_VERSION`; it never changes those of an old one.

            """;

    private final Map<String, String> comments = new HashMap<>();
    private final FileDescriptorProto envelope;
    private final FileDescriptorProto lifecycle;
    private final Map<String, FileDescriptorProto> files = new HashMap<>();
    private final StringBuilder page = new StringBuilder();

    /**
     * A catalogue of some files.
     *
     * @param files envelope and the files that hold events, with source info
     */
    EventCatalogue(FileDescriptorSet files) {
        this.envelope = file(files, "events.envelope.v1");
        this.lifecycle = file(files, "events.onboarding.v1");
        Set<String> shown =
                Stream.concat(
                                Stream.of(envelope.getPackage()),
                                Schema.events().stream().map(FileDescriptor::getPackage))
                        .collect(Collectors.toSet());
        files.getFileList().stream()
                .filter(it -> shown.contains(it.getPackage()))
                .forEach(this::read);
    }

    /** The page, in Markdown. */
    String markdown() {
        page.setLength(0);
        page.append(
                INTRODUCTION
                        .replace("{about}", text(comment(lifecycle.getPackage())))
                        .replace("{version}", EventType.SCHEMA_VERSION));

        page.append("## Envelope\n\n");
        envelope.getMessageTypeList().forEach(message -> describe(envelope, message));
        page.append(METADATA);

        section("Session events", EventType.SESSION, "session_id");
        section("Site events", EventType.SITE, "site_id");
        section("Refusals", EventType.REFUSALS, "refusals_id");
        section("Other systems' events", EventType.EXTERNAL_SESSION, "external_session_id");
        section("Operators' acts", EventType.OPERATION, "operation_id");

        page.append("## Values\n\n");
        for (DescriptorProto message : lifecycle.getMessageTypeList()) {
            if (!isEvent(message)) {
                page.append("### ").append(message.getName()).append("\n\n");
                describe(lifecycle, message);
            }
        }
        page.append("## Enums\n\n");
        lifecycle.getEnumTypeList().forEach(this::describe);
        return page.toString().strip() + "\n";
    }

    /** Names of the packages, messages, fields, enums and values that have no comment. */
    List<String> uncommented() {
        return comments.entrySet().stream()
                .filter(comment -> comment.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private void section(String title, String aggregateType, String idField) {
        page.append("## ").append(title).append("\n\n");
        page.append("Aggregate `%s`, aggregate id `%s`.\n\n".formatted(aggregateType, idField));
        if (!aggregateType.equals(EventType.SESSION) && !aggregateType.equals(EventType.SITE)) {
            page.append(text(comment(packageOf(aggregateType)))).append("\n\n");
        }
        describeEvents(aggregateType);
    }

    private static String packageOf(String aggregateType) {
        return EventType.all().stream()
                .filter(event -> event.aggregateType().equals(aggregateType))
                .findFirst()
                .orElseThrow()
                .descriptor()
                .getFile()
                .getPackage();
    }

    private void describeEvents(String aggregateType) {
        List<EventType> events =
                EventType.all().stream()
                        .filter(event -> event.aggregateType().equals(aggregateType))
                        .toList();
        page.append("| event type | message | when |\n|---|---|---|\n");
        for (EventType event : events) {
            page.append(
                    "| [`%s`](#%s) | `%s` | %s |\n"
                            .formatted(
                                    event.wireName(),
                                    anchor(event.wireName()),
                                    event.descriptor().getName(),
                                    cell(comment(event.protoName()))));
        }
        page.append('\n');
        for (EventType event : events) {
            page.append(
                    """
                    ### `%s`

                    Message `%s`, aggregate `%s`.

                    """
                            .formatted(event.wireName(), event.protoName(), aggregateType));
            describe(
                    requireNonNull(files.get(event.descriptor().getFile().getPackage())),
                    event.descriptor().toProto());
        }
    }

    private void describe(FileDescriptorProto file, DescriptorProto message) {
        String name = file.getPackage() + "." + message.getName();
        page.append(text(comment(name))).append("\n\n");
        page.append("| # | field | type | meaning |\n|---|---|---|---|\n");
        for (FieldDescriptorProto field : message.getFieldList()) {
            page.append(
                    "| %d | `%s` | %s | %s |\n"
                            .formatted(
                                    field.getNumber(),
                                    field.getName(),
                                    type(field),
                                    cell(comment(name + "." + field.getName()))));
        }
        page.append('\n');
    }

    private void describe(EnumDescriptorProto type) {
        String name = lifecycle.getPackage() + "." + type.getName();
        page.append("### ").append(type.getName()).append("\n\n");
        page.append(text(comment(name))).append("\n\n");
        page.append("| # | value | meaning |\n|---|---|---|\n");
        for (EnumValueDescriptorProto value : type.getValueList()) {
            page.append(
                    "| %d | `%s` | %s |\n"
                            .formatted(
                                    value.getNumber(),
                                    value.getName(),
                                    cell(comment(name + "." + value.getName()))));
        }
        page.append('\n');
    }

    private String type(FieldDescriptorProto field) {
        String many = field.getLabel() == Label.LABEL_REPEATED ? "list of " : "";
        if (!field.hasTypeName()) {
            String scalar = field.getType().name().replace("TYPE_", "").toLowerCase(Locale.ROOT);
            return many + "`" + scalar + "`";
        }
        String name = field.getTypeName().substring(field.getTypeName().lastIndexOf('.') + 1);
        boolean ours = field.getTypeName().startsWith("." + lifecycle.getPackage() + ".");
        return many + (ours ? "[`%s`](#%s)".formatted(name, anchor(name)) : "`" + name + "`");
    }

    private String comment(String name) {
        return comments.getOrDefault(name, "");
    }

    /** Indexes the comments; the numbers are those of descriptor.proto's own fields. */
    private void read(FileDescriptorProto file) {
        files.put(file.getPackage(), file);
        Map<List<Integer>, String> byPath =
                file.getSourceCodeInfo().getLocationList().stream()
                        .collect(
                                Collectors.toMap(
                                        Location::getPathList,
                                        location -> location.getLeadingComments().strip(),
                                        (first, second) -> first));
        comments.put(
                file.getPackage(),
                byPath.getOrDefault(List.of(FileDescriptorProto.SYNTAX_FIELD_NUMBER), ""));
        for (int i = 0; i < file.getMessageTypeCount(); i++) {
            DescriptorProto message = file.getMessageType(i);
            String name = file.getPackage() + "." + message.getName();
            List<Integer> path = List.of(FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER, i);
            comments.put(name, byPath.getOrDefault(path, ""));
            for (int j = 0; j < message.getFieldCount(); j++) {
                comments.put(
                        name + "." + message.getField(j).getName(),
                        byPath.getOrDefault(
                                below(path, DescriptorProto.FIELD_FIELD_NUMBER, j), ""));
            }
        }
        for (int i = 0; i < file.getEnumTypeCount(); i++) {
            EnumDescriptorProto type = file.getEnumType(i);
            String name = file.getPackage() + "." + type.getName();
            List<Integer> path = List.of(FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER, i);
            comments.put(name, byPath.getOrDefault(path, ""));
            for (int j = 0; j < type.getValueCount(); j++) {
                comments.put(
                        name + "." + type.getValue(j).getName(),
                        byPath.getOrDefault(
                                below(path, EnumDescriptorProto.VALUE_FIELD_NUMBER, j), ""));
            }
        }
    }

    private static List<Integer> below(List<Integer> path, int... steps) {
        List<Integer> below = new ArrayList<>(path);
        for (int step : steps) {
            below.add(step);
        }
        return below;
    }

    private static FileDescriptorProto file(FileDescriptorSet files, String name) {
        return files.getFileList().stream()
                .filter(file -> file.getPackage().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isEvent(DescriptorProto message) {
        return message.getFieldList().stream()
                .anyMatch(field -> field.getName().equals("occurred_at"));
    }

    /** The anchor that Markdown viewers give to a heading. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "");
    }

    private static String text(String comment) {
        return comment.lines().map(String::strip).collect(Collectors.joining("\n"));
    }

    private static String cell(String comment) {
        return comment.lines()
                .map(String::strip)
                .collect(Collectors.joining(" "))
                .replace("|", "\\|");
    }
}
