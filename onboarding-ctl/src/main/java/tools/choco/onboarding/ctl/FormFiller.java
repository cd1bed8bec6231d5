package tools.choco.onboarding.ctl;

import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Fills forms with a made-up person's answers, from the form's JSON Schema alone.
 *
 * <p>Understands types, enums and constants, required and optional members, lengths, ranges,
 * patterns, the usual string formats, arrays with limits and distinct items, {@code $ref} within
 * the schema, {@code allOf}, and one branch of {@code anyOf} and {@code oneOf}. Conditions ({@code
 * if}, {@code not}, dependent members) are left to luck.
 */
final class FormFiller {

    private static final double OPTIONAL_ANSWERED = 0.7;
    private static final int EXTRA_ITEMS = 3;
    private static final int DEPTH_MAX = 12;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final List<String> WORDS =
            List.of(
                    "amber", "birch", "cobalt", "dune", "ember", "fjord", "grove", "harbour",
                    "iris", "juniper");

    private static final List<String> TIME_ZONES =
            List.of(
                    "Europe/Berlin",
                    "Europe/Lisbon",
                    "America/New_York",
                    "Asia/Tokyo",
                    "Africa/Lagos",
                    "UTC");

    private final Person person;
    private final RandomGenerator random;

    FormFiller(Person person, RandomGenerator random) {
        this.person = person;
        this.random = random;
    }

    /**
     * Answers that follow the schema.
     *
     * @throws CommandFailure if the schema asks for something that cannot be made up
     */
    ObjectNode fill(JsonNode schema) {
        return value(schema, schema, "", 0) instanceof ObjectNode answers
                ? answers
                : NODES.objectNode();
    }

    /**
     * The same answers with one mistake in them, of a type that the schema does not allow; empty if
     * it allows everything.
     */
    Optional<ObjectNode> spoil(JsonNode schema, ObjectNode answers) {
        JsonNode object = resolved(schema, schema);
        List<String> typed = new ArrayList<>();
        for (Map.Entry<String, JsonNode> property : object.path("properties").properties()) {
            if (!types(resolved(property.getValue(), schema)).isEmpty()) {
                typed.add(property.getKey());
            }
        }
        ObjectNode spoiled = answers.deepCopy();
        if (typed.isEmpty()) {
            if (!object.path("additionalProperties").isBoolean()
                    || object.path("additionalProperties").booleanValue()) {
                return Optional.empty();
            }
            return Optional.of(spoiled.put("notAsked", true));
        }
        String name = Person.pick(typed, random);
        List<String> allowed = types(resolved(object.path("properties").path(name), schema));
        if (!allowed.contains("boolean")) {
            spoiled.put(name, true);
        } else if (!allowed.contains("string")) {
            spoiled.put(name, "perhaps");
        } else {
            spoiled.putArray(name).add(true);
        }
        return Optional.of(spoiled);
    }

    private JsonNode value(JsonNode raw, JsonNode root, String name, int depth) {
        JsonNode schema = resolved(raw, root);
        if (schema.has("const")) {
            return schema.path("const");
        }
        if (schema.path("enum").isArray() && !schema.path("enum").isEmpty()) {
            return Person.pick(schema.path("enum").valueStream().toList(), random);
        }
        if (depth > DEPTH_MAX) {
            return NODES.nullNode();
        }
        return switch (type(schema)) {
            case "object" -> object(schema, root, depth);
            case "array" -> array(schema, root, name, depth);
            case "integer" -> NODES.numberNode(Math.round(number(schema, 1)));
            case "number" -> NODES.numberNode(number(schema, 0.5));
            case "boolean" -> NODES.booleanNode(random.nextBoolean());
            case "null" -> NODES.nullNode();
            default -> NODES.stringNode(string(schema, name));
        };
    }

    private ObjectNode object(JsonNode schema, JsonNode root, int depth) {
        ObjectNode object = NODES.objectNode();
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asString("")));
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            String name = property.getKey();
            boolean forbidden =
                    property.getValue().isBoolean() && !property.getValue().booleanValue();
            if (required.contains(name)
                    || (!forbidden && random.nextDouble() < OPTIONAL_ANSWERED)) {
                object.set(name, value(property.getValue(), root, name, depth + 1));
            }
        }
        for (JsonNode name : schema.path("required")) {
            if (!object.has(name.asString(""))) {
                object.put(name.asString(""), Person.pick(WORDS, random));
            }
        }
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            if (object.size() < schema.path("minProperties").asInt(0)
                    && !object.has(property.getKey())) {
                object.set(
                        property.getKey(),
                        value(property.getValue(), root, property.getKey(), depth + 1));
            }
        }
        return object;
    }

    private ArrayNode array(JsonNode schema, JsonNode root, String name, int depth) {
        ArrayNode array = NODES.arrayNode();
        int least = Math.max(0, schema.path("minItems").asInt(0));
        int most = schema.path("maxItems").asInt(least + EXTRA_ITEMS);
        int wanted =
                random.nextInt(
                        Math.min(most, Math.max(least, 1)),
                        Math.min(most, least + EXTRA_ITEMS) + 1);
        boolean distinct = schema.path("uniqueItems").asBoolean(false);
        Set<JsonNode> seen = new HashSet<>();
        for (int tries = 0; array.size() < wanted && tries < 20 * wanted; tries++) {
            JsonNode item = value(schema.path("items"), root, name, depth + 1);
            if (seen.add(item) || !distinct) {
                array.add(item);
            }
        }
        return array;
    }

    private double number(JsonNode schema, double step) {
        double grain = schema.path("multipleOf").asDouble(step);
        double least =
                Math.max(
                        schema.path("minimum").asDouble(Double.NEGATIVE_INFINITY),
                        schema.has("exclusiveMinimum")
                                ? schema.path("exclusiveMinimum").asDouble(0) + grain / 2
                                : Double.NEGATIVE_INFINITY);
        double most =
                Math.min(
                        schema.path("maximum").asDouble(Double.POSITIVE_INFINITY),
                        schema.has("exclusiveMaximum")
                                ? schema.path("exclusiveMaximum").asDouble(0) - grain / 2
                                : Double.POSITIVE_INFINITY);
        if (Double.isInfinite(least)) {
            least = Double.isInfinite(most) ? 0 : most - 20 * grain;
        }
        if (Double.isInfinite(most)) {
            most = least + 20 * grain;
        }
        long first = (long) Math.ceil(least / grain);
        long last = (long) Math.floor(most / grain);
        return last < first ? least : random.nextLong(first, last + 1) * grain;
    }

    private String string(JsonNode schema, String name) {
        int shortest = schema.path("minLength").asInt(0);
        int longest = schema.path("maxLength").asInt(200);
        String pattern = schema.path("pattern").asString("");
        Pattern compiled = Pattern.compile(pattern.isEmpty() ? "" : pattern);
        List<String> likely =
                Stream.concat(
                                Stream.of(likely(schema, name)),
                                schema.path("examples").valueStream().map(e -> e.asString("")))
                        .toList();
        Optional<String> fitting =
                likely.stream()
                        .filter(text -> text.length() >= shortest && text.length() <= longest)
                        .filter(text -> compiled.matcher(text).find())
                        .findFirst();
        if (fitting.isPresent()) {
            return fitting.get();
        }
        if (!pattern.isEmpty()) {
            return PatternText.matching(pattern, shortest, longest, random)
                    .orElseThrow(
                            () ->
                                    CommandFailure.failed(
                                            "form_unfillable: nothing found for '%s' by %s"
                                                    .formatted(name, pattern)));
        }
        String text = likely.getFirst();
        while (text.length() < shortest) {
            text += " " + Person.pick(WORDS, random);
        }
        return text.substring(0, Math.min(text.length(), longest)).strip();
    }

    private String likely(JsonNode schema, String name) {
        Supplier<String> word = () -> Person.pick(WORDS, random);
        String formatted =
                switch (schema.path("format").asString("")) {
                    case "email", "idn-email" -> person.email(random);
                    case "uri", "url", "iri", "uri-reference" ->
                            "https://example.org/" + word.get() + "/" + random.nextInt(1000);
                    case "hostname" -> word.get() + ".example.org";
                    case "ipv4" -> "192.0.2." + random.nextInt(1, 255);
                    case "ipv6" -> "2001:db8::" + random.nextInt(1, 255);
                    case "uuid" ->
                            new UUID(
                                            (random.nextLong() & ~0xF000L) | 0x4000L,
                                            (random.nextLong() >>> 2) | Long.MIN_VALUE)
                                    .toString();
                    case "date" -> date().toString();
                    case "time" -> LocalTime.of(random.nextInt(24), 30).toString() + ":00Z";
                    case "date-time" ->
                            date().atStartOfDay()
                                    .plusSeconds(1)
                                    .toInstant(ZoneOffset.UTC)
                                    .toString();
                    case "duration" -> "P" + random.nextInt(1, 30) + "D";
                    default -> "";
                };
        if (!formatted.isEmpty()) {
            return formatted;
        }
        return switch (name.toLowerCase(Locale.ROOT).replaceAll("[-_]", "")) {
            case "firstname" -> person.firstName();
            case "lastname" -> person.lastName();
            case "workspaceid" -> person.workspaceId();
            case "timezone" -> Person.pick(TIME_ZONES, random);
            case "email", "emails" -> person.email(random);
            case "avatarurl" -> "https://example.org/avatars/" + random.nextInt(1000) + ".png";
            case "locale", "language" -> random.nextBoolean() ? "en" : "de";
            default -> word.get();
        };
    }

    private LocalDate date() {
        return LocalDate.of(2026, 1, 1).plusDays(random.nextInt(365));
    }

    /** The schema with its reference followed, {@code allOf} merged and one alternative chosen. */
    private JsonNode resolved(JsonNode raw, JsonNode root) {
        JsonNode schema = raw;
        for (int hops = 0; schema.path("$ref").isString() && hops < DEPTH_MAX; hops++) {
            String pointer = schema.path("$ref").stringValue();
            schema = pointer.startsWith("#") ? root.at(pointer.substring(1)) : NODES.objectNode();
        }
        if (!(schema instanceof ObjectNode object)) {
            return schema;
        }
        ObjectNode merged = object;
        for (JsonNode part : object.path("allOf")) {
            merged = merged(merged, resolved(part, root));
        }
        for (String choice : List.of("oneOf", "anyOf")) {
            if (!object.path(choice).isEmpty()) {
                List<JsonNode> branches = object.path(choice).valueStream().toList();
                merged = merged(merged, resolved(Person.pick(branches, random), root));
            }
        }
        return merged;
    }

    private static ObjectNode merged(ObjectNode one, JsonNode other) {
        ObjectNode merged = one.deepCopy();
        for (Map.Entry<String, JsonNode> entry : other.properties()) {
            JsonNode before = merged.path(entry.getKey());
            if (before instanceof ObjectNode object && entry.getValue().isObject()) {
                merged.set(entry.getKey(), merged(object, entry.getValue()));
            } else if (before instanceof ArrayNode list && entry.getKey().equals("required")) {
                entry.getValue().forEach(list::add);
            } else {
                merged.set(entry.getKey(), entry.getValue());
            }
        }
        return merged;
    }

    /** The type to make up; the first that is not null, or what the other keywords suggest. */
    private static String type(JsonNode schema) {
        List<String> types = types(schema);
        return types.stream()
                .filter(type -> !type.equals("null"))
                .findFirst()
                .orElseGet(
                        () -> {
                            if (!types.isEmpty()) {
                                return "null";
                            }
                            if (schema.has("properties") || schema.has("required")) {
                                return "object";
                            }
                            if (schema.has("items")) {
                                return "array";
                            }
                            return schema.has("minimum") || schema.has("maximum")
                                    ? "number"
                                    : "string";
                        });
    }

    private static List<String> types(JsonNode schema) {
        JsonNode type = schema.path("type");
        return type.isString()
                ? List.of(type.stringValue())
                : type.valueStream().map(each -> each.asString("")).toList();
    }
}
