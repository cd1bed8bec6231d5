package tools.choco.onboarding.flow.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Finds the flows: those that ship with the service, and those of a directory, which come first.
 */
public final class FlowFiles {

    private static final String SHIPPED = "classpath*:flows/*.yaml";

    private FlowFiles() {}

    /**
     * The shipped flows.
     *
     * @return by id, never empty
     * @throws InvalidFlow if one is invalid
     */
    public static List<FlowDefinition> shipped() {
        return List.copyOf(shippedById().values());
    }

    /**
     * The shipped flows and those of a directory: its files named {@code *.yaml} or {@code *.yml},
     * not hidden, not below it. A flow of the directory replaces a shipped one of the same id.
     *
     * @return by id, never empty
     * @throws InvalidFlow if one is invalid, or the directory cannot be read
     */
    public static List<FlowDefinition> shippedAnd(Path directory) {
        Map<String, FlowDefinition> flows = shippedById();
        flows.putAll(byId(inDirectory(directory)));
        return List.copyOf(flows.values());
    }

    private static Map<String, FlowDefinition> shippedById() {
        try {
            List<FlowParser.Parsed> flows = new ArrayList<>();
            for (Resource resource :
                    new PathMatchingResourcePatternResolver().getResources(SHIPPED)) {
                try (InputStream in = resource.getInputStream()) {
                    flows.add(FlowParser.parse("flows/" + resource.getFilename(), read(in)));
                }
            }
            return byId(flows);
        } catch (IOException e) {
            throw new InvalidFlow("flows: the shipped flows cannot be read");
        }
    }

    private static List<FlowParser.Parsed> inDirectory(Path directory) {
        List<Path> files;
        try (Stream<Path> entries = Files.list(directory)) {
            files =
                    entries.filter(FlowFiles::isFlow)
                            .sorted(Comparator.comparing(Path::toString))
                            .toList();
        } catch (IOException e) {
            throw new InvalidFlow(directory + ": not a directory that can be read");
        }
        List<FlowParser.Parsed> flows = new ArrayList<>();
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                flows.add(FlowParser.parse(file.toString(), read(in)));
            } catch (IOException e) {
                throw new InvalidFlow(file.toString(), 1, "the file cannot be read");
            }
        }
        return flows;
    }

    private static boolean isFlow(Path file) {
        String name = String.valueOf(file.getFileName());
        return !name.startsWith(".")
                && (name.endsWith(".yaml") || name.endsWith(".yml"))
                && Files.isRegularFile(file);
    }

    // One byte more than allowed shows that a file is too large, however large it is.
    private static byte[] read(InputStream in) throws IOException {
        return in.readNBytes(YamlSource.BYTES_MAX + 1);
    }

    private static Map<String, FlowDefinition> byId(List<FlowParser.Parsed> flows) {
        Map<String, FlowDefinition> byId = new TreeMap<>();
        for (FlowParser.Parsed parsed : flows) {
            FlowDefinition definition = parsed.definition();
            FlowDefinition other = byId.putIfAbsent(definition.flow().id(), definition);
            if (other != null) {
                throw new InvalidFlow(
                        definition.file(),
                        parsed.idLine(),
                        "the flow '%s' is repeated, %s has it"
                                .formatted(definition.flow().id(), other.file()));
            }
        }
        return byId;
    }
}
