package tools.choco.onboarding.funnel;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The facts of an entry as bytes: equal facts have equal bytes. */
final class EntryCodec {

    private static final Fact.Kind[] KINDS = Fact.Kind.values();

    private EntryCodec() {}

    /** Stages and facts; the other components have columns of their own. */
    static byte[] encoded(FunnelEntry entry) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeUInt32NoTag(entry.stages().size());
            for (String stage : entry.stages()) {
                out.writeStringNoTag(stage);
            }
            long time = 0;
            long position = 0;
            for (Fact fact : entry.facts()) {
                out.writeUInt32NoTag(fact.kind().ordinal());
                out.writeSInt32NoTag(fact.stage());
                out.writeStringNoTag(fact.detail());
                out.writeSInt64NoTag(fact.timeMicros() - time);
                out.writeSInt64NoTag(fact.appendedMicros() - fact.timeMicros());
                out.writeSInt64NoTag(fact.position() - position);
                out.writeFixed64NoTag(fact.eventId().getMostSignificantBits());
                out.writeFixed64NoTag(fact.eventId().getLeastSignificantBits());
                time = fact.timeMicros();
                position = fact.position();
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * @throws IllegalArgumentException if the bytes were never encoded
     */
    static FunnelEntry decoded(int number, List<String> dimensions, boolean test, byte[] bytes) {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        try {
            int size = in.readUInt32();
            List<String> stages = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                stages.add(in.readString());
            }
            List<Fact> facts = new ArrayList<>();
            long time = 0;
            long position = 0;
            while (!in.isAtEnd()) {
                Fact.Kind kind = KINDS[in.readUInt32()];
                int stage = in.readSInt32();
                String detail = in.readString();
                time += in.readSInt64();
                long appended = time + in.readSInt64();
                position += in.readSInt64();
                facts.add(
                        new Fact(
                                kind,
                                stage,
                                detail,
                                time,
                                appended,
                                position,
                                new UUID(in.readFixed64(), in.readFixed64())));
            }
            return new FunnelEntry(number, stages, dimensions, test, facts);
        } catch (IOException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("These are no facts of an entry", e);
        }
    }
}
