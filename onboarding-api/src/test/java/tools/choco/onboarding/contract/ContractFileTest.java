package tools.choco.onboarding.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.contract.ContractDocument.Named;
import tools.choco.onboarding.contract.ContractDocument.Operation;
import tools.choco.onboarding.contract.ContractDocument.Place;
import tools.jackson.databind.JsonNode;

class ContractFileTest {

    private static final Pattern CODE_ROW =
            Pattern.compile("^\\| `([a-z_]+)` \\| (\\d{3}) \\| .+ \\|$", Pattern.MULTILINE);

    /** Answers to methods and paths that no operation stands for. */
    private static final Set<String> OUTSIDE_OPERATIONS =
            Set.of("bad_request", "method_not_allowed");

    /** Reported within the answer of an operator's act on many sites. */
    private static final Set<Refusal> INTERNAL = Set.of(Refusal.FAIL_NOT_ALLOWED);

    private final ContractDocument document = ContractDocument.packaged();

    @Test
    void isTheCheckedInFile() throws Exception {
        try (var packaged = ContractFileTest.class.getResourceAsStream("/openapi/openapi.yaml")) {
            assertThat(packaged)
                    .hasBinaryContent(Files.readAllBytes(Path.of("../docs/openapi.yaml")));
        }
    }

    @Test
    void isOpenApi31OverJsonSchema202012() {
        assertThat(document.root().at("openapi").text()).isEqualTo("3.1.0");
        assertThat(document.root().at("jsonSchemaDialect").text())
                .isEqualTo("https://json-schema.org/draft/2020-12/schema");
    }

    @Test
    void resolvesEveryReference() {
        assertThat(everywhere(document.root()))
                .filteredOn(place -> place.json().has("$ref"))
                .isNotEmpty()
                .allSatisfy(
                        place ->
                                assertThat(document.target(place.at("$ref").text()))
                                        .as(place.pointer())
                                        .isPresent());
    }

    @Test
    void usesEveryComponent() {
        Set<String> used = new HashSet<>();
        everywhere(document.root()).stream()
                .filter(place -> place.json().has("$ref"))
                .forEach(place -> used.add(place.at("$ref").text()));
        List<String> unused =
                document.members(document.root().at("components")).stream()
                        .filter(kind -> !kind.name().equals("securitySchemes"))
                        .flatMap(
                                kind ->
                                        document.members(kind.place()).stream()
                                                .map(
                                                        it ->
                                                                "#/components/"
                                                                        + kind.name()
                                                                        + "/"
                                                                        + it.name()))
                        .filter(it -> !used.contains(it))
                        .toList();
        assertThat(unused).containsExactly("#/components/responses/MethodNotAllowed");
    }

    @Test
    void namesEveryOperationOnce() {
        assertThat(document.operations())
                .isNotEmpty()
                .extracting(operation -> operation.place().at("operationId").text())
                .doesNotContain("")
                .doesNotHaveDuplicates();
    }

    @Test
    void saysForEveryOperationWhoMayCall() {
        assertThat(document.operations())
                .allSatisfy(
                        operation ->
                                assertThat(operation.place().at("security").json().isArray())
                                        .as(operation.toString())
                                        .isTrue());
        assertThat(document.operations())
                .filteredOn(operation -> operation.place().at("security").json().isEmpty())
                .extracting(Operation::toString)
                .containsExactlyInAnyOrder(
                        "POST /ingest/events",
                        "POST /local/token",
                        "GET /health",
                        "GET /health/ready",
                        "GET /openapi.yaml",
                        "GET /docs");
    }

    @Test
    void declaresEveryPathParameter() {
        assertThat(document.operations())
                .allSatisfy(
                        operation ->
                                assertThat(
                                                document
                                                        .elements(
                                                                operation.place().at("parameters"))
                                                        .stream()
                                                        .filter(
                                                                it ->
                                                                        it.at("in")
                                                                                .text()
                                                                                .equals("path"))
                                                        .map(
                                                                it ->
                                                                        "{"
                                                                                + it.at("name")
                                                                                        .text()
                                                                                + "}"))
                                        .as(operation.toString())
                                        .containsExactlyInAnyOrderElementsOf(
                                                Arrays.stream(operation.template().split("/"))
                                                        .filter(it -> it.startsWith("{"))
                                                        .toList()));
    }

    @Test
    void takesRetryGuaranteesOnEveryWriteWithAToken() {
        assertThat(document.operations())
                .filteredOn(it -> it.method().equals("POST"))
                .filteredOn(it -> !it.place().at("security").json().isEmpty())
                // Writes nothing to a session or site, and what it gives out is never kept.
                .filteredOn(it -> !it.template().equals("/stream-tickets"))
                // Ask for a state that is no session's or site's: a repeat does no harm.
                .filteredOn(
                        it ->
                                Stream.of(
                                                "/ops/processors",
                                                "/ops/dead-letters",
                                                "/ops/replays",
                                                "/ops/users")
                                        .noneMatch(it.template()::startsWith))
                // Nor do these; a secret that was shown once is not shown to a repeat.
                .filteredOn(it -> !it.template().startsWith("/webhooks"))
                .isNotEmpty()
                .allSatisfy(
                        operation ->
                                assertThat(document.elements(operation.place().at("parameters")))
                                        .extracting(it -> it.at("name").text())
                                        .contains("Idempotency-Key", "If-Match"));
    }

    @Test
    void refusesUnknownFieldsInEveryBody() {
        assertThat(document.operations())
                // What other systems say is kept as it comes.
                .filteredOn(operation -> !operation.toString().equals("POST /ingest/events"))
                .flatExtracting(
                        operation ->
                                document.members(operation.place().at("requestBody").at("content")))
                .isNotEmpty()
                .allSatisfy(
                        content -> {
                            Place schema = document.follow(content.place().at("schema"));
                            assertThat(schema.at("additionalProperties").json().isBoolean())
                                    .isTrue();
                            assertThat(schema.at("additionalProperties").json().asBoolean())
                                    .isFalse();
                        });
    }

    @Test
    void showsAnExampleOfEveryOperation() {
        assertThat(document.operations())
                .filteredOn(operation -> !operation.place().at("responses").at("204").exists())
                .allSatisfy(
                        operation ->
                                assertThat(successes(operation).flatMap(this::examples))
                                        .as(operation.toString())
                                        .isNotEmpty());
        assertThat(document.operations())
                .filteredOn(operation -> operation.place().at("requestBody").exists())
                .allSatisfy(
                        operation ->
                                assertThat(examples(operation.place().at("requestBody")))
                                        .as(operation.toString())
                                        .isNotEmpty());
    }

    @Test
    void showsOnlyExamplesThatAreValid() {
        List<Place> withContent =
                everywhere(document.root()).stream()
                        .filter(place -> place.json().path("content").isObject())
                        .toList();
        assertThat(withContent.stream().flatMap(this::examples)).isNotEmpty();
        assertThat(withContent.stream().flatMap(this::examples))
                .allSatisfy(
                        example ->
                                assertThat(document.violations(example.schema(), example.value()))
                                        .as(example.pointer())
                                        .isEmpty());
    }

    @Test
    void showsOnlyValidExamplesOfParametersAndHeaders() {
        List<Place> described =
                everywhere(document.root()).stream()
                        .filter(it -> it.json().has("schema") && it.json().has("example"))
                        .toList();
        assertThat(described)
                .isNotEmpty()
                .allSatisfy(
                        place ->
                                assertThat(
                                                document.violations(
                                                        place.at("schema"),
                                                        place.at("example").json()))
                                        .as(place.pointer())
                                        .isEmpty());
    }

    @Test
    void listsEveryCodeOnceWithItsStatus() {
        List<String> table = codeRows().stream().map(row -> row[0]).toList();
        assertThat(table).doesNotHaveDuplicates();
        assertThat(table)
                .containsExactlyInAnyOrderElementsOf(
                        strings(document.root().at("components").at("schemas").at("ProblemCode")));
    }

    @Test
    void usesEveryCodeWhereItsStatusIs() {
        Map<String, String> statusOf = new HashMap<>();
        codeRows().forEach(row -> statusOf.put(row[0], row[1]));
        Set<String> used = new HashSet<>();
        for (Operation operation : document.operations()) {
            for (Named response : document.members(operation.place().at("responses"))) {
                List<String> codes = codes(response.place());
                assertThat(codes)
                        .as(operation + " " + response.name())
                        .allSatisfy(
                                code -> assertThat(statusOf).containsEntry(code, response.name()));
                if (response.place().at("content").at("application/problem+json").exists()) {
                    assertThat(codes).as(operation + " " + response.name()).isNotEmpty();
                }
                used.addAll(codes);
            }
        }
        used.addAll(OUTSIDE_OPERATIONS);
        assertThat(used).isEqualTo(statusOf.keySet());
    }

    @Test
    void namesTheCodesOfAResponseInItsDescription() {
        assertThat(document.operations())
                .flatExtracting(operation -> document.members(operation.place().at("responses")))
                .allSatisfy(
                        response ->
                                assertThat(codes(response.place()))
                                        .allSatisfy(
                                                code ->
                                                        assertThat(
                                                                        response.place()
                                                                                .at("description")
                                                                                .text())
                                                                .contains("`" + code + "`")));
    }

    @Test
    void knowsEveryRefusalOfTheDomain() {
        Map<String, String> statusOf = new HashMap<>();
        codeRows().forEach(row -> statusOf.put(row[0], row[1]));
        assertThat(Refusal.values())
                .filteredOn(refusal -> !INTERNAL.contains(refusal))
                .allSatisfy(
                        refusal ->
                                assertThat(statusOf)
                                        .containsEntry(
                                                refusal.code(),
                                                switch (refusal.category()) {
                                                    case NOT_FOUND -> "404";
                                                    case INVALID -> "422";
                                                    case FORBIDDEN -> "403";
                                                    case CONFLICT -> "409";
                                                    case STALE -> "412";
                                                }));
    }

    private record Example(String pointer, Place schema, JsonNode value) {}

    private Stream<Place> successes(Operation operation) {
        return document.members(operation.place().at("responses")).stream()
                .filter(it -> it.name().startsWith("2"))
                .map(Named::place);
    }

    private Stream<Example> examples(Place withContent) {
        return document.members(withContent.at("content")).stream()
                .flatMap(
                        content ->
                                document.members(content.place().at("examples")).stream()
                                        .map(
                                                example ->
                                                        new Example(
                                                                content.place().pointer()
                                                                        + " "
                                                                        + example.name(),
                                                                content.place().at("schema"),
                                                                example.place()
                                                                        .at("value")
                                                                        .json())));
    }

    private static List<String> codes(Place response) {
        return strings(
                response.at("content")
                        .at("application/problem+json")
                        .at("schema")
                        .at("properties")
                        .at("code"));
    }

    private static List<String> strings(Place withEnum) {
        return withEnum.at("enum").json().valueStream().map(JsonNode::asString).toList();
    }

    private List<String[]> codeRows() {
        return CODE_ROW.matcher(document.root().at("info").at("description").text())
                .results()
                .map(row -> new String[] {row.group(1), row.group(2)})
                .toList();
    }

    /** Every object of the document outside its examples, which are data. */
    private static List<Place> everywhere(Place place) {
        List<Place> places = new ArrayList<>();
        collect(place, places);
        return places;
    }

    private static void collect(Place place, List<Place> into) {
        if (place.json().isObject()) {
            into.add(place);
            for (String name : place.json().propertyNames()) {
                if (!name.equals("value") && !name.equals("example")) {
                    collect(place.at(name), into);
                }
            }
        } else if (place.json().isArray()) {
            for (int index = 0; index < place.json().size(); index++) {
                collect(new Place(place.json().get(index), place.pointer() + "/" + index), into);
            }
        }
    }
}
