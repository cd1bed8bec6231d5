package tools.choco.onboarding.contract;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.contract.ContractDocument.Named;
import tools.choco.onboarding.contract.ContractDocument.Operation;
import tools.choco.onboarding.contract.ContractDocument.Place;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Checks what went over the wire against the contract.
 *
 * <p>An answer must always be as documented. A request must be so only where the service accepted
 * it: tests send wrong requests on purpose, but what is accepted has to be in the document.
 */
public final class ContractValidator {

    private static final String PROBLEM_JSON = "application/problem+json";
    private static final String EVENT_STREAM = "text/event-stream";

    private final ContractDocument document;

    ContractValidator(ContractDocument document) {
        this.document = document;
    }

    /** A validator by the contract that the service is packaged with. */
    public static ContractValidator packaged() {
        return new ContractValidator(ContractDocument.packaged());
    }

    /**
     * Checks a request to a documented route, and its answer.
     *
     * @throws AssertionError with everything that is not as documented
     */
    public void check(Exchange exchange) {
        Optional<Operation> operation = document.operation(exchange.method(), exchange.path());
        if (operation.isEmpty()) {
            throw failure(exchange, List.of("the contract has no such operation"));
        }
        List<String> wrong = new ArrayList<>();
        if (exchange.isSuccess()) {
            checkParameters(operation.get(), exchange, wrong);
            checkRequestBody(operation.get(), exchange, wrong);
        }
        Place response =
                document.follow(
                        operation
                                .get()
                                .place()
                                .at("responses")
                                .at(String.valueOf(exchange.status())));
        checkResponse(response, exchange, wrong);
        if (!wrong.isEmpty()) {
            throw failure(exchange, wrong);
        }
    }

    /**
     * Checks the answer to a request that no operation is documented for: 404, 405, or 401 before
     * that.
     *
     * @throws AssertionError with everything that is not as documented, or if there is such an
     *     operation
     */
    public void checkUnrouted(Exchange exchange) {
        List<String> wrong = new ArrayList<>();
        if (document.operation(exchange.method(), exchange.path()).isPresent()) {
            wrong.add("the contract has such an operation");
        }
        Place responses = document.root().at("components").at("responses");
        boolean known =
                document.operations().stream().anyMatch(it -> it.matchesPath(exchange.path()));
        switch (exchange.status()) {
            case 401 -> checkResponse(responses.at("Unauthorized"), exchange, wrong);
            case 404 -> checkResponse(responses.at("NotFound"), exchange, wrong);
            case 405 -> checkResponse(responses.at("MethodNotAllowed"), exchange, wrong);
            default -> wrong.add("status " + exchange.status() + " is not 401, 404 or 405");
        }
        if (exchange.status() == 404 && known) {
            wrong.add("the contract has that path with other methods: 405 is due");
        }
        if (exchange.status() == 405 && !known) {
            wrong.add("the contract has no such path: 404 is due");
        }
        if (!wrong.isEmpty()) {
            throw failure(exchange, wrong);
        }
    }

    private void checkParameters(Operation operation, Exchange exchange, List<String> wrong) {
        Map<String, List<String>> query = queryOf(exchange.query());
        Map<String, String> path = pathParameters(operation, exchange.path());
        List<String> documented = new ArrayList<>();
        for (Place parameter : document.elements(operation.place().at("parameters"))) {
            String name = parameter.at("name").text();
            String in = parameter.at("in").text();
            List<String> values =
                    switch (in) {
                        case "query" -> {
                            documented.add(name);
                            yield query.getOrDefault(name, List.of());
                        }
                        case "header" -> exchange.requestHeaders().getOrDefault(name, List.of());
                        case "path" -> path.containsKey(name) ? List.of(path.get(name)) : List.of();
                        default -> List.of();
                    };
            String what = in + " parameter " + name;
            if (values.isEmpty() && parameter.at("required").json().asBoolean(false)) {
                wrong.add(what + ": missing");
            }
            if (values.size() > 1) {
                wrong.add(what + ": there " + values.size() + " times");
            }
            // A request id of another form is replaced, not refused.
            if (!name.equals("X-Request-Id")) {
                values.forEach(value -> checkText(parameter.at("schema"), value, what, wrong));
            }
        }
        query.keySet().stream()
                .filter(name -> !documented.contains(name))
                .forEach(name -> wrong.add("query parameter " + name + ": not documented"));
    }

    private void checkRequestBody(Operation operation, Exchange exchange, List<String> wrong) {
        Place declared = operation.place().at("requestBody");
        String body = exchange.requestBody();
        if (!declared.exists()) {
            if (body != null && !body.isEmpty()) {
                wrong.add("request body: none is documented");
            }
            return;
        }
        Place requestBody = document.follow(declared);
        if (body == null || body.isEmpty()) {
            if (requestBody.at("required").json().asBoolean(false)) {
                wrong.add("request body: missing");
            }
            return;
        }
        String type = mediaType(Exchange.first(exchange.requestHeaders(), "Content-Type"));
        Place content = requestBody.at("content").at(type);
        if (!content.exists()) {
            wrong.add("request body: content type '" + type + "' is not documented");
            return;
        }
        checkJson(content.at("schema"), body, "request body", wrong);
    }

    private void checkResponse(Place response, Exchange exchange, List<String> wrong) {
        if (!response.exists()) {
            wrong.add("status " + exchange.status() + " is not documented");
            return;
        }
        for (Named header : document.members(response.at("headers"))) {
            String what = "response header " + header.name();
            String value = Exchange.first(exchange.headers(), header.name());
            if (value != null) {
                checkText(header.place().at("schema"), value, what, wrong);
            } else if (header.place().at("required").json().asBoolean(false)) {
                wrong.add(what + ": missing");
            }
        }
        checkResponseBody(response, exchange, wrong);
    }

    private void checkResponseBody(Place response, Exchange exchange, List<String> wrong) {
        Set<String> documented = Set.copyOf(response.at("content").json().propertyNames());
        if (documented.isEmpty()) {
            if (!exchange.body().isEmpty()) {
                wrong.add("response body: none is documented");
            }
            return;
        }
        String type = mediaType(Exchange.first(exchange.headers(), "Content-Type"));
        if (!documented.contains(type)) {
            wrong.add("content type '" + type + "' is not documented, only " + documented);
            return;
        }
        Place schema = response.at("content").at(type).at("schema");
        if (type.equals(EVENT_STREAM)) {
            checkEvents(response.at("content").at(type), exchange.body(), wrong);
            return;
        }
        if (!type.endsWith("json")) {
            checkText(schema, exchange.body(), "response body", wrong);
            return;
        }
        JsonNode body = checkJson(schema, exchange.body(), "response body", wrong);
        if (type.equals(PROBLEM_JSON) && body != null) {
            checkProblem(body, exchange, wrong);
        }
    }

    /**
     * Checks the data of each event that has come as a whole, by the schema that {@code x-events}
     * has for its name or for any.
     */
    private void checkEvents(Place content, String body, List<String> wrong) {
        checkText(content.at("schema"), body, "response body", wrong);
        Place schemas = content.at("x-events");
        String whole = body.substring(0, Math.max(0, body.lastIndexOf("\n\n")));
        for (String block : whole.split("\n\n", -1)) {
            Map<String, String> fields = new LinkedHashMap<>();
            for (String line : block.split("\n", -1)) {
                String[] field = line.split(": ", 2);
                if (!line.isEmpty() && !line.startsWith(":")) {
                    fields.put(field[0], field.length < 2 ? "" : field[1]);
                }
            }
            String data = fields.get("data");
            if (data == null) {
                if (!Set.of("retry").containsAll(fields.keySet())) {
                    wrong.add("an event without data: " + fields);
                }
                continue;
            }
            String name = String.valueOf(fields.get("event"));
            Place schema = schemas.at(schemas.at(name).exists() ? name : "*");
            JsonNode value = checkJson(schema, data, "event " + name, wrong);
            if (!String.valueOf(fields.get("id")).matches("[0-9]{1,18}")) {
                wrong.add("event " + name + ": no position for an id");
            } else if (value != null && value.has("position")) {
                checkEvent(value, fields, wrong);
            }
        }
    }

    /** What a schema cannot say: an event agrees with the fields beside its data. */
    private static void checkEvent(JsonNode event, Map<String, String> fields, List<String> wrong) {
        if (!event.path("position").asString("").equals(fields.get("id"))) {
            wrong.add("event " + fields.get("event") + ": /position is not the id");
        }
        if (event.has("eventType")
                && !event.path("eventType").asString("").equals(fields.get("event"))) {
            wrong.add("event " + fields.get("event") + ": /eventType is not the name");
        }
    }

    /** What a schema cannot say: a problem agrees with itself and with the headers around it. */
    private static void checkProblem(JsonNode problem, Exchange exchange, List<String> wrong) {
        if (problem.path("status").asInt(0) != exchange.status()) {
            wrong.add("response body: /status is not the status of the response");
        }
        String code = problem.path("code").asString("");
        if (!problem.path("type").asString("").endsWith(":" + code)) {
            wrong.add("response body: /type does not name the code");
        }
        String requestId = problem.path("requestId").asString("");
        if (!requestId.equals(Exchange.first(exchange.headers(), "X-Request-Id"))) {
            wrong.add("response body: /requestId is not the header's");
        }
    }

    private @Nullable JsonNode checkJson(
            Place schema, String text, String what, List<String> wrong) {
        try {
            JsonNode value = ContractDocument.JSON.readTree(text);
            document.violations(schema, value).forEach(it -> wrong.add(what + it));
            return value;
        } catch (JacksonException notJson) {
            wrong.add(what + ": not JSON");
            return null;
        }
    }

    private void checkText(Place schema, String text, String what, List<String> wrong) {
        JsonNode value = asTyped(document.follow(schema).at("type").text(), text);
        document.violations(schema, value).forEach(it -> wrong.add(what + it));
    }

    /**
     * A value from outside JSON, of the type that its schema asks for if it can be read as that.
     */
    private static JsonNode asTyped(String type, String text) {
        var nodes = ContractDocument.JSON.getNodeFactory();
        return switch (type) {
            case "integer" ->
                    text.matches("-?\\d{1,18}")
                            ? nodes.numberNode(Long.parseLong(text))
                            : nodes.stringNode(text);
            case "boolean" ->
                    text.equals("true") || text.equals("false")
                            ? nodes.booleanNode(Boolean.parseBoolean(text))
                            : nodes.stringNode(text);
            default -> nodes.stringNode(text);
        };
    }

    private static Map<String, List<String>> queryOf(String query) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            values.computeIfAbsent(decoded(parts[0]), name -> new ArrayList<>())
                    .add(parts.length < 2 ? "" : decoded(parts[1]));
        }
        return values;
    }

    private static Map<String, String> pathParameters(Operation operation, String path) {
        String[] names = operation.template().split("/", -1);
        String[] values = path.split("/", -1);
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int index = 0; index < names.length; index++) {
            if (names[index].startsWith("{")) {
                parameters.put(
                        names[index].substring(1, names[index].length() - 1),
                        decoded(values[index].replace("+", "%2B")));
            }
        }
        return parameters;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static String mediaType(@Nullable String header) {
        return header == null ? "" : header.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    }

    private static AssertionError failure(Exchange exchange, List<String> wrong) {
        return new AssertionError(
                "%s %s, answered %d, is not as the contract says:%n  - %s%n  request: %s%n  answer: %s"
                        .formatted(
                                exchange.method(),
                                exchange.target(),
                                exchange.status(),
                                String.join(System.lineSeparator() + "  - ", wrong),
                                exchange.requestBody(),
                                exchange.body()));
    }
}
