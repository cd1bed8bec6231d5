package tools.choco.onboarding.flow.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import tools.choco.onboarding.answer.form.CanonicalJson;
import tools.choco.onboarding.flow.Flow;
import tools.choco.onboarding.flow.Path;
import tools.choco.onboarding.flow.Step;
import tools.choco.onboarding.flow.StepKind;
import tools.choco.onboarding.flow.Template;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The content of a flow as canonical JSON: what is hashed and what the registry keeps. It is made
 * of the values, defaults included, so that neither layout nor the order of keys changes the hash.
 */
final class FlowContent {

    private FlowContent() {}

    /** A flow with its hash and content, from everything that its file says. */
    static FlowDefinition define(Flow unhashed, String file, int versionLine) {
        String content = CanonicalJson.of(toJson(unhashed), CanonicalJson.Limits.FLOW);
        return new FlowDefinition(withHash(unhashed, hash(content)), content, file, versionLine);
    }

    /** A flow from the registry. */
    static Flow read(String stored) {
        JsonNode json = CanonicalJson.parse(stored);
        List<Step> steps = new ArrayList<>();
        for (JsonNode step : json.required("steps")) {
            JsonNode answers = step.get("answers");
            steps.add(
                    new Step(
                            text(step, "id"),
                            text(step, "title"),
                            StepKind.valueOf(text(step, "kind").toUpperCase(Locale.ROOT)),
                            steps.size() + 1,
                            step.required("required").booleanValue(),
                            step.required("skippable").booleanValue(),
                            answers == null
                                    ? null
                                    : CanonicalJson.of(answers, CanonicalJson.Limits.FLOW)));
        }
        List<Path> paths = new ArrayList<>();
        for (JsonNode path : json.required("paths")) {
            paths.add(new Path(text(path, "id"), text(path, "title")));
        }
        List<Template> templates = new ArrayList<>();
        for (JsonNode template : json.required("templates")) {
            templates.add(new Template(text(template, "id"), text(template, "title")));
        }
        List<String> variants = new ArrayList<>();
        json.required("variants").forEach(variant -> variants.add(variant.stringValue()));
        return new Flow(
                text(json, "id"),
                json.required("version").intValue(),
                hash(CanonicalJson.of(json, CanonicalJson.Limits.FLOW)),
                text(json, "title"),
                variants,
                steps,
                paths,
                templates,
                Duration.parse(text(json, "resumeThreshold")),
                Duration.parse(text(json, "idleLimit")));
    }

    private static ObjectNode toJson(Flow flow) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", flow.id());
        json.put("version", flow.version());
        json.put("title", flow.title());
        json.put("resumeThreshold", flow.resumeThreshold().toString());
        json.put("idleLimit", flow.idleLimit().toString());
        ArrayNode variants = json.putArray("variants");
        flow.variants().forEach(variants::add);
        ArrayNode steps = json.putArray("steps");
        for (Step step : flow.steps()) {
            ObjectNode each = steps.addObject();
            each.put("id", step.key());
            each.put("title", step.title());
            each.put("kind", step.kind().name().toLowerCase(Locale.ROOT));
            each.put("required", step.required());
            each.put("skippable", step.skippable());
            String schema = step.answerSchema();
            if (schema != null) {
                each.set("answers", CanonicalJson.parse(schema));
            }
        }
        ArrayNode paths = json.putArray("paths");
        flow.paths()
                .forEach(
                        path -> paths.addObject().put("id", path.key()).put("title", path.title()));
        ArrayNode offered = json.putArray("templates");
        flow.templates()
                .forEach(
                        template ->
                                offered.addObject()
                                        .put("id", template.id())
                                        .put("title", template.title()));
        return json;
    }

    private static Flow withHash(Flow flow, String hash) {
        return new Flow(
                flow.id(),
                flow.version(),
                hash,
                flow.title(),
                flow.variants(),
                flow.steps(),
                flow.paths(),
                flow.templates(),
                flow.resumeThreshold(),
                flow.idleLimit());
    }

    private static String hash(String content) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(content.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is not available", e);
        }
    }

    private static String text(JsonNode object, String member) {
        return object.required(member).stringValue();
    }
}
