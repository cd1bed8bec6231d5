package tools.choco.onboarding.funnel.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.choco.onboarding.funnel.FunnelDefinition;
import tools.choco.onboarding.yaml.YamlFile;

/**
 * Finds the funnels: those that ship with the service, and those of a directory, which come first.
 */
public final class FunnelFiles {

    private FunnelFiles() {}

    /**
     * The shipped funnels.
     *
     * @return by id, never empty
     * @throws InvalidFunnel if one is invalid
     */
    public static List<FunnelDefinition> shipped() {
        return List.copyOf(shippedById().values());
    }

    /**
     * The shipped funnels and those of a directory: its files named {@code *.yaml} or {@code
     * *.yml}, not hidden, not below it. A funnel of the directory replaces a shipped one of the
     * same id.
     *
     * @return by id, never empty
     * @throws InvalidFunnel if one is invalid, or the directory cannot be read
     */
    public static List<FunnelDefinition> shippedAnd(Path directory) {
        Map<String, FunnelDefinition> funnels = shippedById();
        funnels.putAll(byId(YamlFile.in(directory, InvalidFunnel::new)));
        return List.copyOf(funnels.values());
    }

    private static Map<String, FunnelDefinition> shippedById() {
        return byId(YamlFile.shipped("funnels", InvalidFunnel::new));
    }

    private static Map<String, FunnelDefinition> byId(List<YamlFile> files) {
        Map<String, FunnelDefinition> byId = new TreeMap<>();
        Map<String, String> names = new HashMap<>();
        for (YamlFile file : files) {
            FunnelParser.Parsed parsed = FunnelParser.parse(file.name(), file.bytes());
            String id = parsed.definition().funnelId();
            String other = names.putIfAbsent(id, file.name());
            if (other != null) {
                throw new InvalidFunnel(
                        "%s:%d: the funnel '%s' is repeated, %s has it"
                                .formatted(file.name(), parsed.idLine(), id, other));
            }
            byId.put(id, parsed.definition());
        }
        return byId;
    }
}
