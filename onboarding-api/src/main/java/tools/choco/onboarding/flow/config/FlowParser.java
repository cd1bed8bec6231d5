package tools.choco.onboarding.flow.config;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.choco.onboarding.answer.form.JsonBeyondLimits;
import tools.choco.onboarding.answer.form.JsonSchemas;
import tools.choco.onboarding.flow.Flow;
import tools.choco.onboarding.flow.Path;
import tools.choco.onboarding.flow.Step;
import tools.choco.onboarding.flow.StepKind;
import tools.choco.onboarding.flow.Template;
import tools.choco.onboarding.yaml.YamlFields;
import tools.choco.onboarding.yaml.YamlSource;
import tools.jackson.databind.JsonNode;

/** Reads one flow from one YAML file. */
final class FlowParser {

    static final int STEPS_MAX = 50;

    private static final int ENTRIES_MAX = 50;
    private static final Duration DURATION_MAX = Duration.ofDays(3_650);

    /**
     * Stages of the onboarding funnel that are no steps; a step of that name would count as both.
     */
    private static final Set<String> STAGE_NAMES = Set.of("started", "completed");

    private final YamlSource yaml;

    private FlowParser(YamlSource yaml) {
        this.yaml = yaml;
    }

    /** A flow, and the line that gives its id. */
    record Parsed(FlowDefinition definition, int idLine) {}

    /**
     * Parses a file.
     *
     * @param file its name, as messages give it
     * @throws InvalidFlow at the first thing that is wrong
     */
    static Parsed parse(String file, byte[] bytes) {
        var yaml = new YamlSource(file, InvalidFlow::new);
        return new FlowParser(yaml).flow(yaml.compose(bytes));
    }

    private Parsed flow(Node root) {
        YamlFields fields =
                yaml.fields(
                        root,
                        "the flow",
                        Set.of(
                                "id",
                                "version",
                                "title",
                                "variants",
                                "resumeThreshold",
                                "idleLimit",
                                "steps",
                                "paths",
                                "templates"));
        Node id = fields.required("id");
        Node version = fields.required("version");
        List<Path> paths =
                fields.optional("paths")
                        .map(node -> entries(node, "path", Path::new))
                        .orElse(List.of());
        Node steps = fields.required("steps");
        var flow =
                new Flow(
                        yaml.kebab(id, "id"),
                        version(version),
                        "",
                        title(fields),
                        fields.optional("variants").map(this::variants).orElse(List.of("default")),
                        steps(steps, paths),
                        paths,
                        fields.optional("templates")
                                .map(node -> entries(node, "template", Template::new))
                                .orElse(List.of()),
                        duration(fields, "resumeThreshold"),
                        duration(fields, "idleLimit"));
        if (!paths.isEmpty() && flow.steps().stream().noneMatch(FlowParser::choosesPath)) {
            throw yaml.invalid(
                    fields.required("paths"), "there are paths, but no step of kind path");
        }
        try {
            return new Parsed(
                    FlowContent.define(flow, yaml.file(), YamlSource.line(version)),
                    YamlSource.line(id));
        } catch (JsonBeyondLimits e) {
            throw yaml.invalid(root, "the flow is too much: " + e.getMessage());
        }
    }

    private List<Step> steps(Node node, List<Path> paths) {
        List<Node> nodes = yaml.list(node, "steps");
        if (nodes.isEmpty()) {
            throw yaml.invalid(node, "there are no steps");
        }
        if (nodes.size() > STEPS_MAX) {
            throw yaml.invalid(
                    nodes.get(STEPS_MAX), "there are more than %d steps".formatted(STEPS_MAX));
        }
        List<Step> steps = new ArrayList<>();
        var lines = new HashMap<String, Integer>();
        var kinds = new HashMap<StepKind, String>();
        for (Node each : nodes) {
            YamlFields fields =
                    yaml.fields(
                            each,
                            "the step",
                            Set.of("id", "title", "kind", "required", "skippable", "answers"));
            Node id = fields.required("id");
            String key = uniqueKey(id, "step", lines);
            if (STAGE_NAMES.contains(key)) {
                throw yaml.invalid(
                        id, "step id: '%s' is the name of a funnel stage".formatted(key));
            }
            Node kindNode = fields.required("kind");
            StepKind kind = kind(kindNode);
            if (kind != StepKind.FORM) {
                String other = kinds.putIfAbsent(kind, key);
                if (other != null) {
                    throw yaml.invalid(
                            kindNode,
                            "a flow has one step of kind %s at most, and '%s' is one"
                                    .formatted(name(kind), other));
                }
            }
            if (kind == StepKind.PATH && paths.isEmpty()) {
                throw yaml.invalid(kindNode, "a step of kind path needs paths, and there are none");
            }
            boolean required = fields.optional("required").map(yaml::bool).orElse(false);
            Optional<Node> skippable = fields.optional("skippable");
            if (required && skippable.map(yaml::bool).orElse(false)) {
                throw yaml.invalid(skippable.get(), "a step cannot be both required and skippable");
            }
            steps.add(
                    new Step(
                            key,
                            title(fields),
                            kind,
                            steps.size() + 1,
                            required,
                            skippable.map(yaml::bool).orElse(false),
                            kind == StepKind.FORM
                                    ? answers(fields.required("answers"))
                                    : noAnswers(fields, kind)));
        }
        return steps;
    }

    private String answers(Node node) {
        if (!(node instanceof MappingNode)) {
            throw yaml.wrongType(node, "answers", "a JSON Schema (a mapping)");
        }
        JsonNode schema = yaml.toJson(node);
        Optional<JsonSchemas.Flaw> flaw = JsonSchemas.flaw(schema);
        if (flaw.isPresent()) {
            String pointer = flaw.get().pointer();
            throw yaml.invalid(
                    yaml.at(node, pointer),
                    "answers is not a JSON Schema that is supported: %s %s"
                            .formatted(
                                    pointer.isEmpty() ? "it" : YamlSource.quoted(pointer),
                                    flaw.get().reason()));
        }
        if (!schema.path("type").asString("").equals("object")) {
            throw yaml.invalid(node, "answers must be a JSON Schema of type object");
        }
        return schema.toString();
    }

    private @Nullable String noAnswers(YamlFields fields, StepKind kind) {
        fields.optional("answers")
                .ifPresent(
                        node -> {
                            throw yaml.invalid(
                                    node,
                                    "a step of kind %s asks for no answers".formatted(name(kind)));
                        });
        return null;
    }

    private <T> List<T> entries(Node node, String what, Maker<T> maker) {
        List<T> entries = new ArrayList<>();
        var lines = new HashMap<String, Integer>();
        for (Node each : yaml.list(node, what + "s", ENTRIES_MAX)) {
            YamlFields fields = yaml.fields(each, "the " + what, Set.of("id", "title"));
            entries.add(maker.make(uniqueKey(fields.required("id"), what, lines), title(fields)));
        }
        return entries;
    }

    private List<String> variants(Node node) {
        List<Node> nodes = yaml.list(node, "variants", ENTRIES_MAX);
        if (nodes.isEmpty()) {
            throw yaml.invalid(node, "there are no variants");
        }
        var lines = new HashMap<String, Integer>();
        return nodes.stream().map(each -> uniqueKey(each, "variant", lines)).toList();
    }

    private String uniqueKey(Node node, String what, Map<String, Integer> lines) {
        String key = yaml.kebab(node, what + " id");
        Integer other = lines.putIfAbsent(key, YamlSource.line(node));
        if (other != null) {
            throw yaml.invalid(
                    node, "the %s '%s' is repeated, line %d has it".formatted(what, key, other));
        }
        return key;
    }

    private String title(YamlFields fields) {
        return yaml.lineOfText(fields.required("title"), "title");
    }

    private int version(Node node) {
        if (!(node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.INT))) {
            throw yaml.wrongType(node, "version", "a whole number");
        }
        try {
            int version = Integer.parseInt(scalar.getValue());
            if (version >= 1) {
                return version;
            }
        } catch (NumberFormatException e) {
            // Beyond an int: not a version either.
        }
        throw yaml.invalid(node, "version must be from 1 to %d".formatted(Integer.MAX_VALUE));
    }

    private Duration duration(YamlFields fields, String name) {
        Node node = fields.required(name);
        String text = yaml.text(node, name);
        try {
            Duration duration = Duration.parse(text);
            if (duration.isPositive() && duration.compareTo(DURATION_MAX) <= 0) {
                return duration;
            }
        } catch (DateTimeException e) {
            throw yaml.invalid(
                    node,
                    "%s: %s is not an ISO 8601 duration such as PT30M or P7D"
                            .formatted(name, YamlSource.quoted(text)));
        }
        throw yaml.invalid(
                node, "%s must be more than nothing and at most %s".formatted(name, "P3650D"));
    }

    private StepKind kind(Node node) {
        return yaml.oneOf(node, "kind", List.of(StepKind.values()), FlowParser::name);
    }

    private static boolean choosesPath(Step step) {
        return step.kind() == StepKind.PATH;
    }

    private static String name(StepKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    @FunctionalInterface
    private interface Maker<T> {
        T make(String id, String title);
    }
}
