package tools.choco.onboarding.events;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TypeRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * What was approved, by version of the schema: {@code src/approved/<version>/schema.txtpb}, and
 * below {@code samples} for each message its bytes ({@code .hex}) and what they mean ({@code
 * .txtpb}).
 *
 * <p>With {@code -Dapprove=true} a test run writes what the current version lacks. It never writes
 * over a file: a version that has left this machine stays what it is.
 */
final class Approved {

    static final boolean APPROVING = Boolean.getBoolean("approve");

    private static final String RUN = "run `mvn -pl proto test -Dapprove=true`";

    // Surefire names the module's directory; elsewhere the tests run in it.
    private static final Path MODULE = Path.of(System.getProperty("basedir", ""));
    private static final Path ROOT = MODULE.resolve("src/approved");

    private static final TypeRegistry TYPES =
            TypeRegistry.newBuilder()
                    .add(EventType.all().stream().map(EventType::descriptor).toList())
                    .build();

    private Approved() {}

    /** Path of a file, given from the directory of this module. */
    static Path inModule(String path) {
        return MODULE.resolve(path).normalize();
    }

    /** Every approved version, the oldest first. */
    static List<String> versions() {
        return list(ROOT).stream()
                .filter(entry -> Files.isDirectory(ROOT.resolve(entry)))
                .sorted(Comparator.comparing(Version::parse))
                .toList();
    }

    static FileDescriptorSet schema(String version) {
        FileDescriptorSet.Builder schema = FileDescriptorSet.newBuilder();
        parseText(read(schemaFile(version)), schema);
        return schema.build();
    }

    /** Names of the samples of a version, without the ending. */
    static List<String> samples(String version) {
        return list(samplesDirectory(version)).stream()
                .filter(file -> file.endsWith(".hex"))
                .map(file -> file.substring(0, file.length() - ".hex".length()))
                .sorted()
                .toList();
    }

    static byte[] sampleBytes(String version, String name) {
        return HexFormat.of()
                .parseHex(read(sampleFile(version, name, ".hex")).replaceAll("\\s", ""));
    }

    /** What a sample's bytes were approved to mean. */
    static Message sampleMeaning(String version, String name) {
        Message.Builder meaning = Samples.emptyFor(name).newBuilderForType();
        parseText(read(sampleFile(version, name, ".txtpb")), meaning);
        return meaning.build();
    }

    /** Why today's schema cannot stand under the current version; empty if it can. */
    static List<String> objections() {
        List<String> objections = new ArrayList<>(breakages());
        String version = EventType.SCHEMA_VERSION;
        if (!isNewest(version)) {
            objections.add(version + " is older than the approved " + versions().getLast());
        } else if (!versions().contains(version)) {
            objections.add(version + " is not approved: if it is new and meant, " + RUN);
        } else if (!schema(version).equals(Schema.today())) {
            objections.add(
                    "the schema is not what was approved as "
                            + version
                            + ": set a new EventType.SCHEMA_VERSION and "
                            + RUN);
        }
        return objections;
    }

    /** What of today's schema breaks an approved version. */
    static List<String> breakages() {
        List<String> breakages = new ArrayList<>();
        for (String version : versions()) {
            for (String breakage : SchemaBreakages.between(schema(version), Schema.today())) {
                breakages.add("breaks " + version + ": " + breakage);
            }
        }
        return breakages;
    }

    /** Writes what the current version lacks, if the run was asked to. */
    static void approveIfAsked() {
        if (!APPROVING) {
            return;
        }
        String version = EventType.SCHEMA_VERSION;
        if (isNewest(version) && !versions().contains(version) && breakages().isEmpty()) {
            write(schemaFile(version), TextFormat.printer().printToString(Schema.today()));
        }
        if (objections().isEmpty()) {
            Samples.all().forEach((name, sample) -> approve(version, name, sample));
        }
    }

    private static boolean isNewest(String version) {
        return versions().stream()
                .map(Version::parse)
                .allMatch(approved -> approved.compareTo(Version.parse(version)) <= 0);
    }

    private static void approve(String version, String name, Message sample) {
        if (samples(version).contains(name)) {
            return;
        }
        write(
                sampleFile(version, name, ".txtpb"),
                TextFormat.printer().usingTypeRegistry(TYPES).printToString(sample));
        String hex = HexFormat.of().formatHex(sample.toByteArray());
        write(sampleFile(version, name, ".hex"), hex.replaceAll("(.{80})", "$1\n").strip() + "\n");
    }

    private static Path schemaFile(String version) {
        return ROOT.resolve(version).resolve("schema.txtpb");
    }

    private static Path samplesDirectory(String version) {
        return ROOT.resolve(version).resolve("samples");
    }

    private static Path sampleFile(String version, String name, String ending) {
        return samplesDirectory(version).resolve(name + ending);
    }

    private static List<String> list(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void parseText(String text, Message.Builder into) {
        try {
            TextFormat.Parser.newBuilder().setTypeRegistry(TYPES).build().merge(text, into);
        } catch (TextFormat.ParseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a new file; one that is there already is an error. */
    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text, StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
