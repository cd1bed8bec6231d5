package tools.choco.onboarding.flow.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.choco.onboarding.yaml.YamlFile;

/**
 * Finds the flows: those that ship with the service, and those of a directory, which come first.
 */
public final class FlowFiles {

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
        flows.putAll(byId(YamlFile.in(directory, InvalidFlow::new)));
        return List.copyOf(flows.values());
    }

    private static Map<String, FlowDefinition> shippedById() {
        return byId(YamlFile.shipped("flows", InvalidFlow::new));
    }

    private static Map<String, FlowDefinition> byId(List<YamlFile> files) {
        Map<String, FlowDefinition> byId = new TreeMap<>();
        for (YamlFile file : files) {
            FlowParser.Parsed parsed = FlowParser.parse(file.name(), file.bytes());
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
