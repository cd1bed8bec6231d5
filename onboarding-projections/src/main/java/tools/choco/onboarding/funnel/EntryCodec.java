package tools.choco.onboarding.funnel;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import tools.choco.onboarding.events.v1.ProvisioningState;
import tools.choco.onboarding.projection.SiteStates;

/**
 * Entries, and what is known of their session beside them, as bytes: equal ones have equal bytes.
 */
final class EntryCodec {

    private static final Fact.Kind[] KINDS = Fact.Kind.values();
    private static final int BYTES_EXPECTED = 512;

    private EntryCodec() {}

    /** An entry without its number and whether it is a test. */
    static byte[] encoded(FunnelEntry entry) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(BYTES_EXPECTED);
        CodedOutputStream out = CodedOutputStream.newInstance(bytes, BYTES_EXPECTED);
        try {
            write(out, entry.dimensionValues());
            write(out, entry.stages());
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
     * @throws IllegalArgumentException if the bytes are no entry's
     */
    static FunnelEntry entry(int number, boolean test, byte[] bytes) {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        try {
            List<String> dimensions = strings(in);
            List<String> stages = strings(in);
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
                UUID eventId = new UUID(in.readFixed64(), in.readFixed64());
                facts.add(new Fact(kind, stage, detail, time, appended, position, eventId));
            }
            return new FunnelEntry(number, stages, dimensions, test, facts);
        } catch (IOException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("These are no facts of an entry", e);
        }
    }

    /** A session without its id and entries. */
    static byte[] encoded(FunnelSession session) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(BYTES_EXPECTED);
        CodedOutputStream out = CodedOutputStream.newInstance(bytes, BYTES_EXPECTED);
        try {
            out.writeUInt64NoTag(session.revision());
            out.writeUInt64NoTag(session.refusals());
            out.writeUInt32NoTag(session.sites().all().size());
            for (SiteStates.Site site : session.sites().all()) {
                out.writeStringNoTag(site.siteId());
                out.writeUInt32NoTag(site.state().getNumber());
                out.writeUInt64NoTag(site.events());
            }
            for (OfferedStage stage : session.offered()) {
                out.writeStringNoTag(stage.name());
                out.writeStringNoTag(stage.step());
                out.writeUInt32NoTag(stage.rule());
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * @throws IllegalArgumentException if the bytes are no session's
     */
    static FunnelSession session(String sessionId, byte[] bytes, List<FunnelEntry> entries) {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        try {
            long revision = in.readUInt64();
            long refusals = in.readUInt64();
            int size = in.readUInt32();
            List<SiteStates.Site> sites = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                sites.add(
                        new SiteStates.Site(
                                in.readString(),
                                ProvisioningState.forNumber(in.readUInt32()),
                                in.readUInt64()));
            }
            List<OfferedStage> offered = new ArrayList<>();
            while (!in.isAtEnd()) {
                offered.add(new OfferedStage(in.readString(), in.readString(), in.readUInt32()));
            }
            return new FunnelSession(
                    sessionId, revision, new SiteStates(sites), refusals, offered, entries);
        } catch (IOException e) {
            throw new IllegalArgumentException("This is nothing known of a session", e);
        }
    }

    private static void write(CodedOutputStream out, List<String> texts) throws IOException {
        out.writeUInt32NoTag(texts.size());
        for (String text : texts) {
            out.writeStringNoTag(text);
        }
    }

    private static List<String> strings(CodedInputStream in) throws IOException {
        int size = in.readUInt32();
        List<String> texts = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            texts.add(in.readString());
        }
        return texts;
    }
}
