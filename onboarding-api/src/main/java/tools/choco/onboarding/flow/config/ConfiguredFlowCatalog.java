package tools.choco.onboarding.flow.config;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.flow.Flow;
import tools.choco.onboarding.flow.FlowCatalog;
import tools.choco.onboarding.yaml.YamlSource;

/** The configured flows, and through the registry every version that was ever served. */
public final class ConfiguredFlowCatalog implements FlowCatalog {

    private record Version(String flowId, int version) {}

    private final String defaultFlowId;
    private final Map<String, FlowDefinition> offered = new TreeMap<>();
    private final Map<Version, Flow> served = new ConcurrentHashMap<>();
    private final PostgresFlowRegistry registry;

    /**
     * Offers flows, and notes them in the registry as served.
     *
     * @throws InvalidFlow if the default flow is not among them, or other content was served under
     *     one of the versions
     */
    public ConfiguredFlowCatalog(
            List<FlowDefinition> flows, String defaultFlowId, PostgresFlowRegistry registry) {
        this.defaultFlowId = defaultFlowId;
        this.registry = registry;
        for (FlowDefinition definition : flows) {
            Flow flow = definition.flow();
            offered.put(flow.id(), definition);
            served.put(new Version(flow.id(), flow.version()), flow);
        }
        if (!offered.containsKey(defaultFlowId)) {
            throw new InvalidFlow(
                    "The default flow %s is not among the flows: %s"
                            .formatted(
                                    YamlSource.quoted(defaultFlowId),
                                    String.join(", ", offered.keySet())));
        }
        registry.serve(flows);
    }

    @Override
    public String defaultFlowId() {
        return defaultFlowId;
    }

    @Override
    public Flow offered(String flowId) {
        return definition(flowId).flow();
    }

    @Override
    public Flow served(String flowId, int version) {
        // Content under a version never changes: what was read once holds for good.
        return served.computeIfAbsent(
                new Version(flowId, version),
                missing ->
                        registry.served(flowId, version)
                                .orElseThrow(
                                        () ->
                                                new IllegalStateException(
                                                        "Flow %s was never served as version %d"
                                                                .formatted(flowId, version))));
    }

    private FlowDefinition definition(String flowId) {
        FlowDefinition definition = offered.get(flowId);
        if (definition == null) {
            throw Refused.because(Refusal.FLOW_UNKNOWN, "No flow of that id is offered.");
        }
        return definition;
    }
}
