package tools.choco.onboarding.contract;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.choco.onboarding.contract.ContractDocument.Named;
import tools.choco.onboarding.contract.ContractDocument.Place;
import tools.jackson.databind.node.ObjectNode;

class ContractValidatorTest {

    private static final ContractDocument DOCUMENT = ContractDocument.packaged();

    private final ContractValidator validator = new ContractValidator(DOCUMENT);

    @Test
    void acceptsWhatIsAsDocumented() {
        assertThatCode(() -> validator.check(started().build())).doesNotThrowAnyException();
    }

    @Test
    void acceptsEveryExampleAnswer() {
        for (var operation : DOCUMENT.operations()) {
            for (Named response : DOCUMENT.members(operation.place().at("responses"))) {
                for (Named content : DOCUMENT.members(response.place().at("content"))) {
                    for (Named example : DOCUMENT.members(content.place().at("examples"))) {
                        Call call =
                                new Call(
                                        operation.method(),
                                        operation
                                                .template()
                                                .replace("{id}", "42")
                                                .replaceAll("\\{.+?}", "some-id"));
                        call.status = Integer.parseInt(response.name());
                        call.body = text(example.place().at("value"));
                        call.headers.putAll(headersOf(response.place()));
                        call.headers.put("Content-Type", content.name());
                        exampleRequest(operation.place()).ifPresent(call::request);
                        for (Place parameter :
                                DOCUMENT.elements(operation.place().at("parameters"))) {
                            if (text(parameter.at("in")).equals("header")
                                    && text(parameter.at("required")).equals("true")) {
                                call.requestHeaders.put(
                                        text(parameter.at("name")), text(parameter.at("example")));
                            }
                        }
                        assertThatCode(() -> validator.check(call.build()))
                                .doesNotThrowAnyException();
                    }
                }
            }
        }
    }

    @Test
    void acceptsAWrongRequestThatIsRefused() {
        Call call = new Call("POST", "/onboarding/start?colour=red");
        call.request("{\"colour\":\"red\"}");
        call.status = 400;
        call.headers.put("Content-Type", "application/problem+json");
        call.body = problem("unknown_field", 400);
        assertThatCode(() -> validator.check(call.build())).doesNotThrowAnyException();
    }

    @Test
    void catchesAnUndocumentedRoute() {
        Call call = started();
        call.target = "/onboarding/begin";
        assertWrong(call, "the contract has no such operation");
    }

    @Test
    void catchesAnUndocumentedMethod() {
        Call call = started();
        call.method = "PUT";
        assertWrong(call, "the contract has no such operation");
    }

    @Test
    void catchesAnUndocumentedStatus() {
        Call call = started();
        call.status = 202;
        assertWrong(call, "status 202 is not documented");
    }

    @Test
    void catchesAnUndocumentedContentType() {
        Call call = started();
        call.headers.put("Content-Type", "text/html;charset=UTF-8");
        assertWrong(call, "content type 'text/html' is not documented");
    }

    @Test
    void catchesAMissingMember() {
        Call call = started();
        call.change(session -> session.remove("completedAt"));
        assertWrong(call, "completedAt");
    }

    @Test
    void catchesAnExtraMember() {
        Call call = started();
        call.change(session -> session.put("email", "there"));
        assertWrong(call, "email");
    }

    @Test
    void catchesAnExtraMemberBelow() {
        Call call = started();
        call.change(session -> ((ObjectNode) session.path("steps").path(0)).put("hint", "there"));
        assertWrong(call, "/steps/0");
    }

    @Test
    void catchesAWrongType() {
        Call call = started();
        call.change(session -> session.put("revision", "1"));
        assertWrong(call, "/revision");
    }

    @Test
    void catchesAWrongFormat() {
        Call call = started();
        call.change(session -> session.put("startedAt", "2026-13-06T09:00:00Z"));
        assertWrong(call, "/startedAt");
    }

    @Test
    void catchesATimeThatIsNotUtc() {
        Call call = started();
        call.change(session -> session.put("startedAt", "2026-11-06T10:00:00+01:00"));
        assertWrong(call, "/startedAt");
    }

    @Test
    void catchesABodyThatIsNotJson() {
        Call call = started();
        call.body = "begun";
        assertWrong(call, "response body: not JSON");
    }

    @ParameterizedTest
    @CsvSource({"X-Request-Id", "ETag", "Location"})
    void catchesAMissingHeader(String name) {
        Call call = started();
        call.headers.remove(name);
        assertWrong(call, "response header " + name + ": missing");
    }

    @Test
    void catchesAHeaderOfAnotherForm() {
        Call call = started();
        call.headers.put("ETag", "W/\"1\"");
        assertWrong(call, "response header ETag");
    }

    @Test
    void catchesAnAcceptedRequestBodyThatIsNotAsDocumented() {
        Call call = started();
        call.request("{\"colour\":\"red\"}");
        assertWrong(call, "request body", "colour");
    }

    @Test
    void catchesAnAcceptedRequestWithoutItsBody() {
        Call call = started();
        call.requestBody = null;
        assertWrong(call, "request body: missing");
    }

    @Test
    void catchesAnAcceptedParameterThatIsNotDocumented() {
        Call call = started();
        call.target = "/onboarding/start?colour=red";
        assertWrong(call, "query parameter colour: not documented");
    }

    @ParameterizedTest
    @CsvSource({"limit=0", "limit=501", "limit=many", "status=paused", "idleLongerThan=soon"})
    void catchesAnAcceptedParameterOfAnotherForm(String query) {
        Call call = new Call("GET", "/sessions?" + query);
        call.body = "{\"items\":[],\"nextCursor\":null}";
        assertWrong(call, "query parameter " + query.split("=")[0]);
    }

    @Test
    void catchesAnAcceptedHeaderOfAnotherForm() {
        Call call = started();
        call.requestHeaders.put("Idempotency-Key", "not visible");
        assertWrong(call, "header parameter Idempotency-Key");
    }

    @Test
    void catchesACodeThatIsNotDocumentedThere() {
        Call call = new Call("GET", "/onboarding/session");
        call.status = 404;
        call.headers.put("Content-Type", "application/problem+json");
        call.body = problem("not_found", 404);
        assertWrong(call, "/code");
    }

    @Test
    void catchesAProblemThatContradictsItself() {
        Call call = new Call("GET", "/onboarding/session");
        call.status = 404;
        call.headers.put("Content-Type", "application/problem+json");
        call.headers.put("X-Request-Id", "another");
        call.body =
                problem("session_not_found", 409)
                        .replace("problem:session_not_found", "problem:other");
        assertWrong(call, "/status is not", "/type does not", "/requestId is not");
    }

    @Test
    void catchesAConflictWithoutItsDifference() {
        Call call = new Call("POST", "/onboarding/step");
        call.status = 409;
        call.headers.put("Content-Type", "application/problem+json");
        call.body = problem("revision_conflict", 409);
        assertWrong(call, "conflict");
    }

    @Test
    void catchesABodyWhereNoneIsDocumented() {
        Call call = new Call("GET", "/onboarding/session");
        call.status = 304;
        call.headers.put("ETag", "\"1\"");
        call.body = "{}";
        assertWrong(call, "response body: none is documented");
    }

    @Test
    void acceptsTheAnswerToAPathThatIsNotThere() {
        assertThatCode(() -> validator.checkUnrouted(unrouted("GET", "/nowhere", "not_found", 404)))
                .doesNotThrowAnyException();
    }

    @Test
    void acceptsTheAnswerToAMethodThatIsNotThere() {
        assertThatCode(
                        () ->
                                validator.checkUnrouted(
                                        unrouted("DELETE", "/sessions", "method_not_allowed", 405)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /sessions, not_found, 404",
        "DELETE, /sessions, not_found, 404",
        "GET, /nowhere, method_not_allowed, 405",
        "GET, /nowhere, internal_error, 500"
    })
    void catchesAnUnroutedAnswerThatIsOutOfPlace(
            String method, String path, String code, int status) {
        assertThatThrownBy(() -> validator.checkUnrouted(unrouted(method, path, code, status)))
                .isInstanceOf(AssertionError.class);
    }

    private void assertWrong(Call call, String... details) {
        assertThatThrownBy(() -> validator.check(call.build()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll(details);
    }

    private static Call started() {
        Call call = new Call("POST", "/onboarding/start");
        call.request("{}");
        call.status = 201;
        call.headers.put("ETag", "\"1\"");
        call.headers.put("Location", "/onboarding/sessions/some-id");
        call.body =
                text(DOCUMENT.target("#/components/examples/SessionStarted/value").orElseThrow());
        return call;
    }

    private static Exchange unrouted(String method, String path, String code, int status) {
        Call call = new Call(method, path);
        call.status = status;
        call.headers.put("Content-Type", "application/problem+json");
        call.headers.put("Allow", "GET");
        call.body = problem(code, status);
        return call.build();
    }

    private static String problem(String code, int status) {
        return """
        {"type":"urn:choco:onboarding:problem:%s","title":"A title","status":%d,"detail":"A detail.",
         "code":"%s","requestId":"019a5b1f-1a2b-7c3d-8e4f-5a6b7c8d9e0f"}
        """
                .formatted(code, status, code);
    }

    private static Optional<String> exampleRequest(Place operation) {
        return DOCUMENT
                .members(
                        operation
                                .at("requestBody")
                                .at("content")
                                .at("application/json")
                                .at("examples"))
                .stream()
                .findFirst()
                .map(example -> example.place().at("value").json().toString());
    }

    private static Map<String, String> headersOf(Place response) {
        Map<String, String> headers = new HashMap<>();
        for (Named header : DOCUMENT.members(response.at("headers"))) {
            String example = header.place().at("example").json().asString("");
            headers.put(
                    header.name(),
                    switch (header.name()) {
                        case "ETag" -> example.isEmpty() ? '"' + "0".repeat(64) + '"' : example;
                        case "Content-Security-Policy" -> "default-src 'self'";
                        default -> example;
                    });
        }
        return headers;
    }

    private static String text(Place value) {
        return value.json().isString() ? value.text() : value.json().toString();
    }

    /** An exchange in the making: as documented until a test changes something. */
    private static final class Call {
        private String method;
        private String target;
        private final Map<String, String> requestHeaders = new HashMap<>();
        private @Nullable String requestBody;
        private int status = 200;
        private final Map<String, String> headers =
                new HashMap<>(
                        Map.of(
                                "X-Request-Id",
                                "019a5b1f-1a2b-7c3d-8e4f-5a6b7c8d9e0f",
                                "Content-Type",
                                "application/json"));
        private String body = "";

        Call(String method, String target) {
            this.method = method;
            this.target = target;
        }

        void request(String json) {
            requestHeaders.put("content-type", "application/json");
            requestBody = json;
        }

        void change(Consumer<ObjectNode> change) {
            ObjectNode json = (ObjectNode) ContractDocument.JSON.readTree(body);
            change.accept(json);
            body = json.toString();
        }

        Exchange build() {
            return new Exchange(
                    method,
                    target,
                    listed(requestHeaders),
                    requestBody,
                    status,
                    listed(headers),
                    body);
        }

        private static Map<String, List<String>> listed(Map<String, String> headers) {
            Map<String, List<String>> lists = new HashMap<>();
            headers.forEach((name, value) -> lists.put(name, List.of(value)));
            return lists;
        }
    }
}
