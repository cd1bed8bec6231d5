package tools.choco.onboarding.bench.history;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import tools.choco.onboarding.flow.Flow;
import tools.choco.onboarding.flow.config.ConfiguredFlowCatalog;
import tools.choco.onboarding.flow.config.FlowDefinition;
import tools.choco.onboarding.flow.config.FlowFiles;
import tools.choco.onboarding.flow.config.PostgresFlowRegistry;

/**
 * The flows of a history, release by release: the service's own in the first, then newer versions
 * and another flow beside them.
 */
final class Flows {

    private static final List<List<String>> RELEASES =
            List.of(
                    List.of("1/team.yaml"),
                    List.of("2/default.yaml", "2/team.yaml"),
                    List.of("3/default.yaml", "2/team.yaml"));

    /** The most visited first. */
    private static final List<String> BY_VISITS = List.of("default", "team", "quick");

    private final List<Map<String, Flow>> releases = new ArrayList<>();
    private final List<List<FlowDefinition>> definitions = new ArrayList<>();

    Flows() {
        for (var release : RELEASES) {
            var found = read(release);
            definitions.add(found);
            releases.add(
                    found.stream()
                            .map(FlowDefinition::flow)
                            .collect(Collectors.toUnmodifiableMap(Flow::id, flow -> flow)));
        }
    }

    /** What is offered under an id once that share of the history is over. */
    Flow offered(String flowId, double share) {
        int release = (int) Math.clamp((long) (share * releases.size()), 0, releases.size() - 1);
        var flow = releases.get(release).get(flowId);
        if (flow == null) {
            throw new IllegalArgumentException("No flow of the history: " + flowId);
        }
        return flow;
    }

    String visited(Dice dice) {
        return dice.skewed(BY_VISITS);
    }

    /** Notes every version as served, as the service would have done. */
    void serve(DataSource database) {
        var registry = new PostgresFlowRegistry(database, Clock.systemUTC());
        for (var release : definitions) {
            new ConfiguredFlowCatalog(release, BY_VISITS.getFirst(), registry);
        }
    }

    /** The service reads flows from a directory; these are resources. */
    private static List<FlowDefinition> read(List<String> names) {
        try {
            var directory = Files.createTempDirectory("flows-");
            try {
                for (String name : names) {
                    try (InputStream in =
                            Flows.class.getResourceAsStream("/history/flows/" + name)) {
                        if (in == null) {
                            throw new IOException("missing: " + name);
                        }
                        Files.copy(in, directory.resolve(Path.of(name).getFileName()));
                    }
                }
                return FlowFiles.shippedAnd(directory);
            } finally {
                try (var files = Files.list(directory)) {
                    for (var file : files.toList()) {
                        Files.delete(file);
                    }
                }
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
