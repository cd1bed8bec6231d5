package tools.choco.onboarding.ctl;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * What the service answered.
 *
 * @param status HTTP status
 * @param headers first value of each, names in lower case
 * @param body as it came, empty for none
 */
record Reply(int status, Map<String, String> headers, String body) {

    private static final JsonMapper JSON = new JsonMapper();

    /** Whether the service did what it was asked. */
    boolean accepted() {
        return status >= 200 && status < 300;
    }

    /** Whether the answer is that of an earlier request with the same key. */
    boolean replayed() {
        return Boolean.parseBoolean(headers.get("idempotent-replayed"));
    }

    /** How long the service wants to be left alone, if it says so in seconds. */
    Optional<Duration> retryAfter() {
        String seconds = headers.getOrDefault("retry-after", "").strip();
        return seconds.matches("\\d{1,6}")
                ? Optional.of(Duration.ofSeconds(Long.parseLong(seconds)))
                : Optional.empty();
    }

    /**
     * The body as JSON.
     *
     * @throws CommandFailure if it is something else
     */
    JsonNode json() {
        JsonNode json = parsed();
        if (json.isMissingNode()) {
            throw CommandFailure.failed(
                    "answer_unreadable: status %d without JSON; is this the onboarding service?"
                            .formatted(status));
        }
        return json;
    }

    /** The problem's stable code; {@code http_<status>} if the answer names none. */
    String code() {
        return parsed().path("code").asString("http_" + status);
    }

    /** The problem in words, with the pointers of its parts, on one line. */
    String detail() {
        JsonNode problem = parsed();
        StringBuilder line =
                new StringBuilder(
                        problem.path("detail")
                                .asString(
                                        problem.path("title")
                                                .asString("the service answered " + status)));
        for (JsonNode error : problem.path("errors")) {
            line.append("; ")
                    .append(error.path("pointer").asString(""))
                    .append(' ')
                    .append(error.path("detail").asString(error.path("code").asString("")));
        }
        return line.toString().replaceAll("\\s+", " ").strip();
    }

    private JsonNode parsed() {
        try {
            return body.isBlank() ? MissingNode.getInstance() : JSON.readTree(body);
        } catch (JacksonException notJson) {
            return MissingNode.getInstance();
        }
    }
}
