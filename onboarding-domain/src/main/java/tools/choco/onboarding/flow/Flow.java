package tools.choco.onboarding.flow;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One version of a flow. Content never changes under a version that was served before.
 *
 * @param id kebab-case
 * @param version from 1
 * @param hash SHA-256 hex of the canonical content
 * @param title as shown to the user
 * @param variants names of the variants users are spread over, at least one
 * @param steps in order, ordinals from 1
 * @param paths in order; empty for a flow without a path step
 * @param templates what a site can be made from, in order
 * @param resumeThreshold a start after a longer gap resumes the session
 * @param idleLimit a session idle for longer is abandoned
 */
public record Flow(
        String id,
        int version,
        String hash,
        String title,
        List<String> variants,
        List<Step> steps,
        List<Path> paths,
        List<Template> templates,
        Duration resumeThreshold,
        Duration idleLimit) {

    public Flow {
        variants = List.copyOf(variants);
        steps = List.copyOf(steps);
        paths = List.copyOf(paths);
        templates = List.copyOf(templates);
    }

    /** The step of that key, if the flow has one. */
    public Optional<Step> step(String key) {
        return steps.stream().filter(step -> step.key().equals(key)).findFirst();
    }

    /** The template of that id, if the flow offers it. */
    public Optional<Template> template(String id) {
        return templates.stream().filter(template -> template.id().equals(id)).findFirst();
    }

    /**
     * The template that goes with a path: the one named after it ({@code blog}, {@code
     * blog-starter}), else the first; empty if the flow offers none.
     */
    public Optional<Template> templateFor(@Nullable String pathId) {
        return Optional.ofNullable(pathId)
                .flatMap(this::templateNamedAfter)
                .or(() -> templates.stream().findFirst());
    }

    /** The variant of a user: always the same one for the same list of variants. */
    public String variantFor(String userId) {
        return variants.get(Math.floorMod((id + "\n" + userId).hashCode(), variants.size()));
    }

    private Optional<Template> templateNamedAfter(String pathId) {
        return templates.stream()
                .filter(it -> it.id().equals(pathId) || it.id().startsWith(pathId + "-"))
                .findFirst();
    }
}
