package tools.choco.onboarding.contract;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The contract's file: its places, its operations, and its schemas, references followed. */
final class ContractDocument {

    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String BASE = "urn:choco:onboarding:contract";
    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

    private final JsonNode root;
    private final SchemaRegistry schemas;
    private final Map<String, Schema> byPointer = new ConcurrentHashMap<>();

    private ContractDocument(JsonNode root) {
        this.root = root;
        String text = JSON.writeValueAsString(root);
        this.schemas =
                SchemaRegistry.withDefaultDialect(
                        SpecificationVersion.DRAFT_2020_12,
                        builder ->
                                builder.schemas(Map.of(BASE, text))
                                        .schemaRegistryConfig(
                                                SchemaRegistryConfig.builder()
                                                        .formatAssertionsEnabled(true)
                                                        .build()));
    }

    /** The document that the service is packaged with. */
    static ContractDocument packaged() {
        try (InputStream file =
                ContractDocument.class.getResourceAsStream("/openapi/openapi.yaml")) {
            if (file == null) {
                throw new IllegalStateException("docs/openapi.yaml is not on the class path");
            }
            return parse(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** A document from its YAML text; a key that is there twice is an error. */
    static ContractDocument parse(String yaml) {
        Load load = new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build());
        return new ContractDocument(JSON.valueToTree(load.loadFromString(yaml)));
    }

    /**
     * A place in the document.
     *
     * @param json what is there, references not followed
     * @param pointer JSON pointer to it
     */
    record Place(JsonNode json, String pointer) {

        /** The member or element of that name, there or not. */
        Place at(String name) {
            return new Place(json.path(name), pointer + "/" + escaped(name));
        }

        boolean exists() {
            return !json.isMissingNode();
        }

        String text() {
            return json.asString("");
        }
    }

    /** A named place: a header, a response, an example. */
    record Named(String name, Place place) {}

    /**
     * One method of one path.
     *
     * @param method upper case
     * @param template path with its parameters in braces
     * @param place the operation object
     */
    record Operation(String method, String template, Place place) {

        private static final Pattern PARAMETER = Pattern.compile("\\{[^/{}]+}");

        boolean matchesPath(String path) {
            StringBuilder expression = new StringBuilder();
            int end = 0;
            var parameters = PARAMETER.matcher(template);
            while (parameters.find()) {
                expression.append(Pattern.quote(template.substring(end, parameters.start())));
                expression.append("[^/]+");
                end = parameters.end();
            }
            expression.append(Pattern.quote(template.substring(end)));
            return Pattern.matches(expression.toString(), path);
        }

        boolean isTemplated() {
            return template.contains("{");
        }

        @Override
        public String toString() {
            return method + " " + template;
        }
    }

    Place root() {
        return new Place(root, "");
    }

    /** The place that a reference leads to, or the place itself if it holds none. */
    Place follow(Place place) {
        Place current = place;
        for (int hops = 0; current.json().has("$ref"); hops++) {
            if (hops > 8) {
                throw new IllegalStateException("a reference in a circle at " + place.pointer());
            }
            String reference = current.json().get("$ref").asString();
            current =
                    target(reference)
                            .orElseThrow(
                                    () ->
                                            new IllegalStateException(
                                                    "nothing at "
                                                            + reference
                                                            + ", named at "
                                                            + place.pointer()));
        }
        return current;
    }

    /** The place a reference names; empty if it leads out of the document or to nothing. */
    Optional<Place> target(String reference) {
        if (!reference.startsWith("#/")) {
            return Optional.empty();
        }
        Place place = root();
        for (String token : reference.substring(2).split("/", -1)) {
            place = place.at(token.replace("~1", "/").replace("~0", "~"));
        }
        return place.exists() ? Optional.of(place) : Optional.empty();
    }

    /** Members of an object by name, references followed. */
    List<Named> members(Place object) {
        List<Named> members = new ArrayList<>();
        for (String name : object.json().propertyNames()) {
            members.add(new Named(name, follow(object.at(name))));
        }
        return members;
    }

    /** Elements of an array, references followed. */
    List<Place> elements(Place array) {
        List<Place> elements = new ArrayList<>();
        for (int index = 0; index < array.json().size(); index++) {
            elements.add(follow(new Place(array.json().get(index), array.pointer() + "/" + index)));
        }
        return elements;
    }

    /** Every operation, in the order of the file. */
    List<Operation> operations() {
        return members(root().at("paths")).stream()
                .flatMap(
                        path ->
                                members(path.place()).stream()
                                        .filter(member -> METHODS.contains(member.name()))
                                        .map(member -> operation(path.name(), member)))
                .toList();
    }

    /**
     * The operation of a method and a path without its query; a literal path goes before a
     * template.
     */
    Optional<Operation> operation(String method, String path) {
        Stream<Operation> candidates =
                operations().stream()
                        .filter(it -> it.method().equals(method) && it.matchesPath(path));
        return candidates.min((a, b) -> Boolean.compare(a.isTemplated(), b.isTemplated()));
    }

    /** What is wrong with a value by the schema at that place, one line each. */
    List<String> violations(Place schema, JsonNode value) {
        return schemaAt(schema.pointer()).validate(value).stream()
                .map(ContractDocument::line)
                .toList();
    }

    private Schema schemaAt(String pointer) {
        return byPointer.computeIfAbsent(
                pointer, it -> schemas.getSchema(SchemaLocation.of(BASE + "#" + asFragment(it))));
    }

    private static Operation operation(String template, Named member) {
        return new Operation(member.name().toUpperCase(Locale.ROOT), template, member.place());
    }

    private static String line(Error error) {
        return error.getInstanceLocation() + ": " + error.getMessage();
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static String asFragment(String pointer) {
        return URLEncoder.encode(pointer, StandardCharsets.UTF_8)
                .replace("%2F", "/")
                .replace("%7E", "~")
                .replace("+", "%20");
    }
}
