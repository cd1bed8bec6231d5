package tools.choco.onboarding.events;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds what keeps a newer schema from reading what was written under an older one. */
final class SchemaBreakages {

    private final List<String> breakages = new ArrayList<>();

    private SchemaBreakages() {}

    /**
     * One sentence per message, field, enum or enum value that {@code newer} lacks or has
     * otherwise. What it has beyond {@code older} is no breakage.
     */
    static List<String> between(FileDescriptorSet older, FileDescriptorSet newer) {
        SchemaBreakages found = new SchemaBreakages();
        Types before = Types.of(older);
        Types after = Types.of(newer);
        before.messages.forEach(
                (name, type) -> found.compare(name, type, after.messages.get(name)));
        before.enums.forEach((name, type) -> found.compare(name, type, after.enums.get(name)));
        return found.breakages;
    }

    private void compare(String name, DescriptorProto older, @Nullable DescriptorProto newer) {
        if (newer == null) {
            breakages.add("message " + name + " is gone");
            return;
        }
        var byNumber = index(newer.getFieldList(), FieldDescriptorProto::getNumber);
        var byName = index(newer.getFieldList(), FieldDescriptorProto::getName);
        for (FieldDescriptorProto field : older.getFieldList()) {
            String where = name + "." + field.getName() + " = " + field.getNumber();
            FieldDescriptorProto same = byNumber.get(field.getNumber());
            FieldDescriptorProto namesake = byName.get(field.getName());
            if (namesake != null && namesake.getNumber() != field.getNumber()) {
                breakages.add(where + " is renumbered to " + namesake.getNumber());
            }
            if (same == null) {
                if (namesake == null) {
                    breakages.add(where + " is removed");
                }
                continue;
            }
            require(where, "name", field.getName(), same.getName());
            require(where, "type", field.getType(), same.getType());
            require(where, "label", field.getLabel(), same.getLabel());
            require(where, "type name", field.getTypeName(), same.getTypeName());
            require(where, "oneof", oneof(older, field), oneof(newer, same));
        }
    }

    private void compare(
            String name, EnumDescriptorProto older, @Nullable EnumDescriptorProto newer) {
        if (newer == null) {
            breakages.add("enum " + name + " is gone");
            return;
        }
        var byName = index(newer.getValueList(), EnumValueDescriptorProto::getName);
        for (EnumValueDescriptorProto value : older.getValueList()) {
            String where = name + "." + value.getName() + " = " + value.getNumber();
            EnumValueDescriptorProto same = byName.get(value.getName());
            if (same == null) {
                breakages.add(where + " is removed");
            } else {
                require(where, "number", value.getNumber(), same.getNumber());
            }
        }
    }

    private void require(String where, String what, Object older, Object newer) {
        if (!Objects.equals(older, newer)) {
            breakages.add("%s: %s was \"%s\", is \"%s\"".formatted(where, what, older, newer));
        }
    }

    /** Name of the oneof, that of an {@code optional} field included, or empty. */
    private static String oneof(DescriptorProto message, FieldDescriptorProto field) {
        return field.hasOneofIndex() ? message.getOneofDecl(field.getOneofIndex()).getName() : "";
    }

    private static <K, V> Map<K, V> index(Collection<V> values, Function<V, K> key) {
        return values.stream().collect(Collectors.toMap(key, Function.identity()));
    }

    /** Every message and enum of some files by full name, nested ones included. */
    private record Types(
            Map<String, DescriptorProto> messages, Map<String, EnumDescriptorProto> enums) {

        static Types of(FileDescriptorSet files) {
            Types types = new Types(new LinkedHashMap<>(), new LinkedHashMap<>());
            for (FileDescriptorProto file : files.getFileList()) {
                types.add(file.getPackage(), file.getMessageTypeList(), file.getEnumTypeList());
            }
            return types;
        }

        private void add(
                String scope, List<DescriptorProto> nested, List<EnumDescriptorProto> nestedEnums) {
            for (EnumDescriptorProto type : nestedEnums) {
                enums.put(scope + "." + type.getName(), type);
            }
            for (DescriptorProto type : nested) {
                String name = scope + "." + type.getName();
                messages.put(name, type);
                add(name, type.getNestedTypeList(), type.getEnumTypeList());
            }
        }
    }
}
