package tools.choco.onboarding.events;

import com.google.protobuf.AnyProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.TimestampProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.choco.onboarding.events.envelope.v1.EventEnvelope;

/** The files of the schema, as today's code has them, and sets of such files as descriptors. */
final class Schema {

    private static final FileDescriptor[] IMPORTS = {
        TimestampProto.getDescriptor(), AnyProto.getDescriptor()
    };

    private Schema() {}

    /** The files that hold events, in the order of the catalogue. */
    static List<FileDescriptor> events() {
        return EventType.all().stream().map(it -> it.descriptor().getFile()).distinct().toList();
    }

    static FileDescriptorSet today() {
        return FileDescriptorSet.newBuilder()
                .addFile(EventEnvelope.getDescriptor().getFile().toProto())
                .addAllFile(events().stream().map(FileDescriptor::toProto).toList())
                .build();
    }

    /**
     * Messages by full name; a file follows those that it imports.
     *
     * @throws IllegalArgumentException if the files are no valid schema
     */
    static Map<String, Descriptor> messages(FileDescriptorSet files) {
        Map<String, Descriptor> messages = new HashMap<>();
        List<FileDescriptor> known = new ArrayList<>(List.of(IMPORTS));
        for (FileDescriptorProto file : files.getFileList()) {
            try {
                FileDescriptor built =
                        FileDescriptor.buildFrom(file, known.toArray(FileDescriptor[]::new));
                known.add(built);
                built.getMessageTypes()
                        .forEach(message -> messages.put(message.getFullName(), message));
            } catch (DescriptorValidationException e) {
                throw new IllegalArgumentException(e);
            }
        }
        return messages;
    }
}
