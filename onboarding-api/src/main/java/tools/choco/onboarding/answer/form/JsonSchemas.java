package tools.choco.onboarding.answer.form;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.format.PatternFormat;
import com.networknt.schema.keyword.NonValidationKeyword;
import com.networknt.schema.path.PathType;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * JSON Schemas (2020-12) of forms: formats are asserted, and everything a schema needs is in it.
 * What would be ignored elsewhere is an error here, since a mistyped keyword would let every answer
 * pass.
 */
public final class JsonSchemas {

    private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

    private static final Set<String> SCHEMA_KEYWORDS =
            Set.of(
                    "additionalProperties",
                    "contains",
                    "else",
                    "if",
                    "items",
                    "not",
                    "propertyNames",
                    "then",
                    "unevaluatedItems",
                    "unevaluatedProperties");
    private static final Set<String> SCHEMA_LIST_KEYWORDS =
            Set.of("allOf", "anyOf", "oneOf", "prefixItems");
    private static final Set<String> SCHEMA_MAP_KEYWORDS =
            Set.of("$defs", "dependentSchemas", "patternProperties", "properties");
    private static final Set<String> OTHER_KEYWORDS =
            Set.of(
                    "$comment",
                    "$ref",
                    "$schema",
                    "const",
                    "default",
                    "dependentRequired",
                    "deprecated",
                    "description",
                    "enum",
                    "examples",
                    "exclusiveMaximum",
                    "exclusiveMinimum",
                    "format",
                    "maxContains",
                    "maxItems",
                    "maxLength",
                    "maxProperties",
                    "maximum",
                    "minContains",
                    "minItems",
                    "minLength",
                    "minProperties",
                    "minimum",
                    "multipleOf",
                    "pattern",
                    "readOnly",
                    "required",
                    "title",
                    "type",
                    "uniqueItems",
                    "writeOnly");

    /** Keywords of this prefix are hints for the one who draws the form, and check nothing. */
    private static final String HINT_PREFIX = "x-";

    private static final Set<String> FORMATS =
            Set.of(
                    "date",
                    "date-time",
                    "duration",
                    "email",
                    "hostname",
                    "idn-email",
                    "ipv4",
                    "ipv6",
                    "iri",
                    "json-pointer",
                    "regex",
                    "time",
                    "uri",
                    "uri-reference",
                    "uuid");

    private static final Pattern REFERENCE = Pattern.compile("#/\\$defs/([A-Za-z0-9_-]+)");

    // The library's own check knows a list of top-level domains, and so refuses those it is too old
    // for, and every internal one. This is the syntax that browsers check, with a dot in the
    // domain.
    private static final String EMAIL =
            "^(?=.{3,254}\\z)(?=[^@]{1,64}@)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+"
                    + "@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
                    + "(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+\\z";

    private static final SchemaRegistry REGISTRY = registry();
    private static final Schema META = REGISTRY.getSchema(SchemaLocation.of(DIALECT));

    private JsonSchemas() {}

    /**
     * What is wrong with a schema.
     *
     * @param pointer JSON pointer to the place in the schema
     * @param reason fragment for people
     */
    public record Flaw(String pointer, String reason) {}

    /** The first thing that is wrong with a schema, if anything is. */
    public static Optional<Flaw> flaw(JsonNode schema) {
        List<Error> errors = META.validate(schema);
        if (!errors.isEmpty()) {
            Error error = errors.getFirst();
            return Optional.of(
                    new Flaw(error.getInstanceLocation().toString(), error.getMessage()));
        }
        var references = new HashMap<String, Set<String>>();
        return flawBelow(schema, schema, "", "", references)
                .or(() -> cycle(references))
                .or(() -> uncompilable(schema));
    }

    /**
     * Compiles a schema without {@linkplain #flaw flaws}.
     *
     * @throws SchemaException if it has one
     */
    static Schema compile(JsonNode schema) {
        Schema compiled = REGISTRY.getSchema(schema);
        compiled.initializeValidators();
        return compiled;
    }

    /** Appends a member to a JSON pointer. */
    static String pointer(String parent, String member) {
        return parent + "/" + member.replace("~", "~0").replace("/", "~1");
    }

    private static Optional<Flaw> flawBelow(
            JsonNode root,
            JsonNode schema,
            String pointer,
            String definition,
            Map<String, Set<String>> references) {
        for (Map.Entry<String, JsonNode> entry : schema.properties()) {
            String keyword = entry.getKey();
            String place = pointer(pointer, keyword);
            JsonNode value = entry.getValue();
            Optional<Flaw> flaw = Optional.empty();
            if (SCHEMA_KEYWORDS.contains(keyword)) {
                flaw = flawBelow(root, value, place, definition, references);
            } else if (SCHEMA_LIST_KEYWORDS.contains(keyword)) {
                for (int i = 0; i < value.size() && flaw.isEmpty(); i++) {
                    flaw =
                            flawBelow(
                                    root,
                                    value.required(i),
                                    place + "/" + i,
                                    definition,
                                    references);
                }
            } else if (SCHEMA_MAP_KEYWORDS.contains(keyword)) {
                boolean definitions = pointer.isEmpty() && keyword.equals("$defs");
                for (Map.Entry<String, JsonNode> member : value.properties()) {
                    flaw =
                            flawBelow(
                                    root,
                                    member.getValue(),
                                    pointer(place, member.getKey()),
                                    definitions ? member.getKey() : definition,
                                    references);
                    if (flaw.isPresent()) {
                        break;
                    }
                }
            } else {
                flaw = keywordFlaw(root, keyword, value, place, definition, references);
            }
            if (flaw.isPresent()) {
                return flaw;
            }
        }
        return Optional.empty();
    }

    private static Optional<Flaw> keywordFlaw(
            JsonNode root,
            String keyword,
            JsonNode value,
            String place,
            String definition,
            Map<String, Set<String>> references) {
        if (!OTHER_KEYWORDS.contains(keyword) && !keyword.startsWith(HINT_PREFIX)) {
            return Optional.of(new Flaw(place, "is not a keyword that is supported"));
        }
        return switch (keyword) {
            case "$schema" ->
                    value.asString().equals(DIALECT)
                            ? Optional.empty()
                            : Optional.of(new Flaw(place, "must be " + DIALECT));
            case "format" ->
                    FORMATS.contains(value.asString())
                            ? Optional.empty()
                            : Optional.of(
                                    new Flaw(
                                            place,
                                            "must be one of "
                                                    + String.join(", ", new TreeSet<>(FORMATS))));
            case "$ref" -> {
                Matcher reference = REFERENCE.matcher(value.asString());
                if (!reference.matches() || !root.path("$defs").has(reference.group(1))) {
                    yield Optional.of(
                            new Flaw(place, "must name a definition of the schema: #/$defs/..."));
                }
                references
                        .computeIfAbsent(definition, name -> new HashSet<>())
                        .add(reference.group(1));
                yield Optional.empty();
            }
            default -> Optional.empty();
        };
    }

    // A definition inside itself could send a check round for ever; no form needs one.
    private static Optional<Flaw> cycle(Map<String, Set<String>> references) {
        for (String name : new TreeSet<>(references.keySet())) {
            var reached = new HashSet<String>();
            var next = new ArrayDeque<>(references.getOrDefault(name, Set.of()));
            while (!next.isEmpty()) {
                String target = next.remove();
                if (reached.add(target)) {
                    next.addAll(references.getOrDefault(target, Set.of()));
                }
            }
            if (reached.contains(name)) {
                return Optional.of(new Flaw(pointer("/$defs", name), "must not refer to itself"));
            }
        }
        return Optional.empty();
    }

    private static Optional<Flaw> uncompilable(JsonNode schema) {
        try {
            compile(schema);
            return Optional.empty();
        } catch (SchemaException e) {
            return Optional.of(new Flaw("", String.valueOf(e.getMessage())));
        }
    }

    private static SchemaRegistry registry() {
        Dialect dialect =
                Dialect.builder(Dialects.getDraft202012())
                        .format(PatternFormat.of("email", EMAIL, "format.email"))
                        .unknownKeywordFactory((name, context) -> new NonValidationKeyword(name))
                        .build();
        SchemaRegistryConfig config =
                SchemaRegistryConfig.builder()
                        .formatAssertionsEnabled(true)
                        .pathType(PathType.JSON_POINTER)
                        .locale(Locale.ROOT)
                        .build();
        return SchemaRegistry.withDialect(
                dialect,
                registry ->
                        registry.schemaRegistryConfig(config)
                                .schemaLoader(
                                        loader ->
                                                loader.fetchRemoteResources(false)
                                                        .allow(
                                                                iri ->
                                                                        iri.toString()
                                                                                .startsWith(
                                                                                        "https://json-schema.org/draft/2020-12/"))));
    }
}
