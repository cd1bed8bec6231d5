package tools.choco.onboarding.ctl;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * What a simulated user has to know of a flow.
 *
 * @param flowId the flow
 * @param schemas JSON Schema of the answers by step id, form steps only
 * @param pathIds the paths that can be chosen
 */
record Manifest(String flowId, Map<String, JsonNode> schemas, List<String> pathIds) {

    Manifest {
        schemas = Map.copyOf(schemas);
        pathIds = List.copyOf(pathIds);
    }

    /** From the answer of {@code GET /onboarding/manifest}. */
    static Manifest of(JsonNode answer) {
        return new Manifest(
                answer.path("flowId").asString(""),
                answer.path("steps")
                        .valueStream()
                        .filter(step -> schema(step).isObject())
                        .collect(
                                Collectors.toMap(
                                        step -> step.path("stepId").asString(""),
                                        Manifest::schema)),
                answer.path("paths")
                        .valueStream()
                        .map(path -> path.path("pathId").asString(""))
                        .toList());
    }

    /** The schema of a step's answers; missing if the step asks for none. */
    JsonNode schema(String stepId) {
        return schemas.getOrDefault(stepId, MissingNode.getInstance());
    }

    private static JsonNode schema(JsonNode step) {
        return step.path("answerSchema");
    }
}
