package tools.choco.onboarding.funnel.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.choco.onboarding.Keys;
import tools.choco.onboarding.answer.form.CanonicalJson;
import tools.choco.onboarding.answer.form.JsonBeyondLimits;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.v1.StepKind;
import tools.choco.onboarding.funnel.Condition;
import tools.choco.onboarding.funnel.Dimension;
import tools.choco.onboarding.funnel.EventRule;
import tools.choco.onboarding.funnel.FunnelDefinition;
import tools.choco.onboarding.funnel.Order;
import tools.choco.onboarding.funnel.Sessions;
import tools.choco.onboarding.funnel.StageRule;
import tools.choco.onboarding.funnel.StepRule;
import tools.choco.onboarding.funnel.Window;
import tools.choco.onboarding.yaml.YamlFields;
import tools.choco.onboarding.yaml.YamlSource;
import tools.jackson.databind.node.ObjectNode;

/** Reads one funnel from one YAML file. */
final class FunnelParser {

    static final int STAGES_MAX = 30;
    static final int DIMENSIONS_MAX = 8;
    static final int VALUES_MAX = 50;

    private static final int EVENTS_MAX = 10;

    private static final Pattern STAGE = Pattern.compile("[a-z0-9]+([._-][a-z0-9]+)*");
    private static final Pattern FIELD = Pattern.compile("[\\w-]+(\\.[\\w-]+)*");

    /** Names that no step has, though they could be a step's by their form. */
    private static final Set<String> NO_STEPS = Set.of("started", "completed");

    private static final Set<String> OWN_DIMENSIONS =
            Set.of(
                    Dimension.FLOW,
                    Dimension.VERSION,
                    Dimension.VARIANT,
                    Dimension.SOURCE,
                    Dimension.PATH,
                    Dimension.HOSTING);

    private final YamlSource yaml;
    private final Set<String> names = new HashSet<>();
    private Sessions sessions = Sessions.OWN;

    private FunnelParser(YamlSource yaml) {
        this.yaml = yaml;
    }

    /** A funnel, and the line that gives its id. */
    record Parsed(FunnelDefinition definition, int idLine) {}

    /**
     * Parses a file.
     *
     * @param file its name, as messages give it
     * @throws InvalidFunnel at the first thing that is wrong
     */
    static Parsed parse(String file, byte[] bytes) {
        var yaml = new YamlSource(file, InvalidFunnel::new);
        return new FunnelParser(yaml).funnel(yaml.compose(bytes));
    }

    private Parsed funnel(Node root) {
        YamlFields fields =
                yaml.fields(
                        root,
                        "the funnel",
                        Set.of(
                                "id",
                                "title",
                                "services",
                                "order",
                                "furthest",
                                "window",
                                "stages",
                                "exits",
                                "dimensions"));
        Node id = fields.required("id");
        sessions =
                fields.optional("services")
                        .map(it -> new Sessions(values(it, "services")))
                        .orElse(Sessions.OWN);
        Order order =
                fields.optional("order")
                        .map(it -> yaml.oneOf(it, "order", List.of(Order.values()), Order::key))
                        .orElse(Order.ORDERED);
        Optional<Node> furthest = fields.optional("furthest");
        if (furthest.map(yaml::bool).orElse(false) && order != Order.ANY) {
            throw yaml.invalid(furthest.get(), "furthest goes with the order any");
        }
        return new Parsed(
                new FunnelDefinition(
                        yaml.kebab(id, "id"),
                        yaml.lineOfText(fields.required("title"), "title"),
                        sessions,
                        stages(fields.required("stages")),
                        fields.optional("exits").map(this::exits).orElse(List.of()),
                        fields.optional("dimensions").map(this::dimensions).orElse(List.of()),
                        order,
                        furthest.map(yaml::bool).orElse(false),
                        fields.optional("window").map(this::window).orElse(Window.UNLIMITED),
                        hash(root)),
                YamlSource.line(id));
    }

    private List<StageRule> stages(Node node) {
        List<Node> nodes = yaml.list(node, "stages", STAGES_MAX);
        if (nodes.size() < 2) {
            throw yaml.invalid(node, "a funnel has two stages at least");
        }
        List<StageRule> stages = new ArrayList<>();
        Node steps = null;
        for (Node each : nodes) {
            StageRule stage = stage(each);
            if (stage.isEachStep()) {
                if (steps != null) {
                    throw yaml.invalid(each, "a funnel has a stage each step once at most");
                }
                steps = each;
            }
            stages.add(stage);
        }
        if (stages.getFirst().isEachStep()
                || stages.getFirst().step() != null
                || stages.getFirst().notOfferedWhen() != null) {
            throw yaml.invalid(nodes.getFirst(), "the first stage is offered to all");
        }
        StageRule last = stages.getLast();
        if (last.isEachStep()) {
            throw yaml.invalid(nodes.getLast(), "the last stage has a name of its own");
        }
        if (steps != null) {
            Node where = steps;
            names.stream()
                    .filter(it -> Keys.isKey(it) && !NO_STEPS.contains(it))
                    .sorted()
                    .findFirst()
                    .ifPresent(
                            it -> {
                                throw yaml.invalid(
                                        where,
                                        "beside a stage each step, a stage '%s' could be a step's"
                                                .formatted(it));
                            });
        }
        return stages;
    }

    private StageRule stage(Node node) {
        YamlFields fields =
                yaml.fields(
                        node,
                        "the stage",
                        Set.of("stage", "steps", "events", "step", "window", "notOfferedWhen"));
        Optional<Node> steps = fields.optional("steps");
        Window window = fields.optional("window").map(this::window).orElse(Window.UNLIMITED);
        if (steps.isPresent()) {
            requireOwn(steps.get(), "steps");
            for (String other : List.of("stage", "events", "step", "notOfferedWhen")) {
                fields.optional(other)
                        .ifPresent(
                                it -> {
                                    throw yaml.invalid(
                                            it, "'%s' does not go with 'steps'".formatted(other));
                                });
            }
            return new StageRule(
                    "", List.of(), new StepRule.OfKind(kind(steps.get())), window, null);
        }
        return new StageRule(
                name(fields.required("stage")),
                events(fields.required("events")),
                fields.optional("step").map(this::step).orElse(null),
                window,
                fields.optional("notOfferedWhen").map(this::event).orElse(null));
    }

    private StepRule step(Node node) {
        requireOwn(node, "step");
        YamlFields fields = yaml.fields(node, "the step", Set.of("kind", "id"));
        Optional<Node> id = fields.optional("id");
        if (id.isEmpty()) {
            return new StepRule.OfKind(kind(fields.required("kind")));
        }
        fields.optional("kind")
                .ifPresent(
                        it -> {
                            throw yaml.invalid(it, "a step has a kind or an id");
                        });
        return new StepRule.Named(yaml.kebab(id.get(), "id"));
    }

    private List<StageRule> exits(Node node) {
        List<StageRule> exits = new ArrayList<>();
        for (Node each : yaml.list(node, "exits", STAGES_MAX)) {
            YamlFields fields = yaml.fields(each, "the exit", Set.of("stage", "events"));
            exits.add(
                    new StageRule(
                            name(fields.required("stage")),
                            events(fields.required("events")),
                            null,
                            Window.UNLIMITED,
                            null));
        }
        return exits;
    }

    private String name(Node node) {
        String name = yaml.text(node, "stage");
        if (name.length() > Keys.KEY_LENGTH_MAX || !STAGE.matcher(name).matches()) {
            throw yaml.invalid(
                    node,
                    "stage: %s is not lower-case words of at most %d characters, with - _ or ."
                                    .formatted(YamlSource.quoted(name), Keys.KEY_LENGTH_MAX)
                            + " between them");
        }
        if (!names.add(name)) {
            throw yaml.invalid(node, "the stage '%s' is repeated".formatted(name));
        }
        return name;
    }

    private List<EventRule> events(Node node) {
        List<Node> nodes = yaml.list(node, "events", EVENTS_MAX);
        if (nodes.isEmpty()) {
            throw yaml.invalid(node, "there are no events");
        }
        return nodes.stream().map(this::event).toList();
    }

    private EventRule event(Node node) {
        if (!(node instanceof MappingNode)) {
            return new EventRule(type(node), List.of());
        }
        YamlFields fields = yaml.fields(node, "the event", Set.of("type", "where"));
        String type = type(fields.required("type"));
        List<Condition> conditions = new ArrayList<>();
        for (Node each : yaml.list(fields.required("where"), "conditions", EVENTS_MAX)) {
            conditions.add(condition(each, type));
        }
        return new EventRule(type, conditions);
    }

    private String type(Node node) {
        String type = yaml.lineOfText(node, "type");
        if (sessions.areOwn()) {
            List<String> known =
                    EventType.all().stream()
                            .filter(EventType::isOfSessionOrSite)
                            .map(EventType::wireName)
                            .toList();
            if (!known.contains(type)) {
                throw yaml.invalid(
                        node,
                        "no event has the type %s, only %s"
                                .formatted(YamlSource.quoted(type), String.join(", ", known)));
            }
        }
        return type;
    }

    private Condition condition(Node node, String type) {
        YamlFields fields = yaml.fields(node, "the condition", Set.of("field", "in", "not"));
        Node field = fields.required("field");
        String name = field(field);
        Optional<Node> not = fields.optional("not");
        if (not.isPresent() && fields.optional("in").isPresent()) {
            throw yaml.invalid(not.get(), "a condition has either 'in' or 'not'");
        }
        Node list = not.orElseGet(() -> fields.required("in"));
        Condition condition =
                new Condition(name, not.isPresent(), values(list, not.isPresent() ? "not" : "in"));
        if (sessions.areOwn()) {
            checkField(field, list, EventType.byWireName(type), condition);
        }
        return condition;
    }

    private void checkField(Node node, Node list, EventType type, Condition condition) {
        List<FieldDescriptor> known =
                type.descriptor().getFields().stream().filter(FunnelParser::isPlain).toList();
        FieldDescriptor field =
                known.stream()
                        .filter(it -> it.getName().equals(condition.field()))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        yaml.invalid(
                                                node,
                                                "%s has no field %s that could be compared, only %s"
                                                        .formatted(
                                                                type.wireName(),
                                                                YamlSource.quoted(
                                                                        condition.field()),
                                                                known.stream()
                                                                        .map(
                                                                                FieldDescriptor
                                                                                        ::getName)
                                                                        .collect(
                                                                                Collectors.joining(
                                                                                        ", ")))));
        Set<String> allowed =
                switch (field.getJavaType()) {
                    case ENUM ->
                            field.getEnumType().getValues().stream()
                                    .map(Condition::text)
                                    .collect(Collectors.toCollection(TreeSet::new));
                    case BOOLEAN -> new TreeSet<>(Set.of("true", "false"));
                    default -> condition.values();
                };
        for (String value : condition.values()) {
            if (!allowed.contains(value)) {
                throw yaml.invalid(
                        list,
                        "%s is never %s, only %s"
                                .formatted(
                                        condition.field(),
                                        YamlSource.quoted(value),
                                        String.join(", ", allowed)));
            }
        }
    }

    private static boolean isPlain(FieldDescriptor field) {
        return !field.isRepeated()
                && switch (field.getJavaType()) {
                    case ENUM, STRING, INT, LONG, BOOLEAN -> true;
                    case FLOAT, DOUBLE, BYTE_STRING, MESSAGE -> false;
                };
    }

    private List<Dimension> dimensions(Node node) {
        List<Dimension> dimensions = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Node each : yaml.list(node, "dimensions", DIMENSIONS_MAX)) {
            Dimension dimension = dimension(each);
            if (!seen.add(dimension.name())) {
                throw yaml.invalid(
                        each, "the dimension '%s' is repeated".formatted(dimension.name()));
            }
            dimensions.add(dimension);
        }
        return dimensions;
    }

    private Dimension dimension(Node node) {
        YamlFields fields = yaml.fields(node, "the dimension", Set.of("name", "field", "values"));
        Node nameNode = fields.required("name");
        String name = yaml.kebab(nameNode, "name");
        Optional<Node> field = fields.optional("field");
        if (sessions.areOwn() && !OWN_DIMENSIONS.contains(name)) {
            throw yaml.invalid(
                    nameNode,
                    "our own sessions have no dimension '%s', only %s"
                            .formatted(name, String.join(", ", new TreeSet<>(OWN_DIMENSIONS))));
        }
        boolean isField = !sessions.areOwn() && !name.equals(Dimension.SERVICE);
        if (!isField && field.isPresent()) {
            throw yaml.invalid(field.get(), "the dimension '%s' is no field".formatted(name));
        }
        // Whoever sends these values chooses them, and each is counted for itself.
        boolean isChosen = isField || name.equals(Dimension.SOURCE);
        return new Dimension(
                name,
                isField ? field(fields.required("field")) : "",
                isChosen
                        ? values(fields.required("values"), "values")
                        : fields.optional("values")
                                .map(it -> values(it, "values"))
                                .orElse(Set.of()));
    }

    private Set<String> values(Node node, String what) {
        List<Node> nodes = yaml.list(node, what, VALUES_MAX);
        if (nodes.isEmpty()) {
            throw yaml.invalid(node, "there are no " + what);
        }
        return nodes.stream().map(it -> value(it, what)).collect(Collectors.toUnmodifiableSet());
    }

    private String value(Node node, String what) {
        if (node instanceof ScalarNode scalar
                && (scalar.getTag().equals(Tag.INT) || scalar.getTag().equals(Tag.BOOL))) {
            return scalar.getValue();
        }
        return yaml.lineOfText(node, what);
    }

    private String field(Node node) {
        String field = yaml.lineOfText(node, "field");
        if (!FIELD.matcher(field).matches()) {
            throw yaml.invalid(
                    node,
                    "field: %s is not names with . between them"
                            .formatted(YamlSource.quoted(field)));
        }
        return field;
    }

    private Window window(Node node) {
        return yaml.oneOf(node, "window", List.of(Window.values()), Window::key);
    }

    private StepKind kind(Node node) {
        return yaml.oneOf(
                node,
                "kind",
                List.of(StepKind.STEP_KIND_FORM, StepKind.STEP_KIND_PATH, StepKind.STEP_KIND_SITE),
                it -> Condition.text(it.getValueDescriptor()));
    }

    private void requireOwn(Node node, String what) {
        if (!sessions.areOwn()) {
            throw yaml.invalid(
                    node, "'%s' goes with our own sessions, others have no steps".formatted(what));
        }
    }

    /**
     * Made of what the numbers depend on, so that neither layout nor the order of keys nor a new
     * title asks for a rebuild.
     */
    private String hash(Node root) {
        ObjectNode content = (ObjectNode) yaml.toJson(root);
        content.remove(List.of("title", "window"));
        try {
            byte[] bytes =
                    CanonicalJson.of(content, CanonicalJson.Limits.FLOW)
                            .getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (JsonBeyondLimits e) {
            throw yaml.invalid(root, "the funnel is too much: " + e.getMessage());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is not available", e);
        }
    }
}
