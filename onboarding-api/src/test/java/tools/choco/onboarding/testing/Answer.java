package tools.choco.onboarding.testing;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the service answered.
 *
 * @param status HTTP status
 * @param headers by lower-case name
 * @param text the body as it came
 */
public record Answer(int status, Map<String, List<String>> headers, String text) {

    private static final JsonMapper JSON = new JsonMapper();

    /** The body as JSON. */
    public JsonNode json() {
        return JSON.readTree(text);
    }

    /** A text or number at a JSON pointer, printed; null if there is none. */
    public @Nullable String at(String pointer) {
        JsonNode node = json().at(pointer);
        return node.isMissingNode() || node.isNull() ? null : node.asString();
    }

    /** A text that must be there. */
    public String required(String pointer) {
        String value = at(pointer);
        if (value == null) {
            throw new AssertionError("nothing at " + pointer + " of " + text);
        }
        return value;
    }

    /** First value of a header; null if there is none. */
    public @Nullable String header(String name) {
        return headers.entrySet().stream()
                .filter(it -> it.getKey().equalsIgnoreCase(name))
                .map(it -> it.getValue().getFirst())
                .findFirst()
                .orElse(null);
    }
}
