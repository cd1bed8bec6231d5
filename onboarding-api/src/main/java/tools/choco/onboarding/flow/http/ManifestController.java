package tools.choco.onboarding.flow.http;

import com.fasterxml.jackson.annotation.JsonRawValue;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.choco.onboarding.Keys;
import tools.choco.onboarding.flow.Flow;
import tools.choco.onboarding.flow.Step;
import tools.choco.onboarding.flow.config.ConfiguredFlowCatalog;

/** The flow that is offered today; the tag changes with its content. */
@RestController
class ManifestController {

    private final ConfiguredFlowCatalog flows;

    ManifestController(ConfiguredFlowCatalog flows) {
        this.flows = flows;
    }

    record Manifest(
            String flowId,
            int flowVersion,
            String title,
            List<ManifestStep> steps,
            List<ManifestPath> paths,
            List<ManifestTemplate> templates) {}

    /** A step; {@code answerSchema} is JSON Schema, null unless the step is a form. */
    record ManifestStep(
            String stepId,
            String title,
            String kind,
            int ordinal,
            boolean required,
            boolean skippable,
            @JsonRawValue @Nullable String answerSchema) {}

    record ManifestPath(String pathId, String title) {}

    record ManifestTemplate(String templateId, String title) {}

    @GetMapping("/onboarding/manifest")
    ResponseEntity<Manifest> manifest(
            @RequestParam @Nullable @Size(min = 1, max = 64) String flowId) {
        Flow flow = flows.offered(flowId == null ? flows.defaultFlowId() : Keys.canonical(flowId));
        return ResponseEntity.ok()
                .eTag("\"" + flow.hash() + "\"")
                .body(
                        new Manifest(
                                flow.id(),
                                flow.version(),
                                flow.title(),
                                flow.steps().stream().map(ManifestController::step).toList(),
                                flow.paths().stream()
                                        .map(path -> new ManifestPath(path.key(), path.title()))
                                        .toList(),
                                flow.templates().stream()
                                        .map(it -> new ManifestTemplate(it.id(), it.title()))
                                        .toList()));
    }

    private static ManifestStep step(Step step) {
        return new ManifestStep(
                step.key(),
                step.title(),
                step.kind().name().toLowerCase(Locale.ROOT),
                step.ordinal(),
                step.required(),
                step.skippable(),
                step.answerSchema());
    }
}
