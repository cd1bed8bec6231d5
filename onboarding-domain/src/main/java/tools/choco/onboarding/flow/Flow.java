package tools.choco.onboarding.flow;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

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
        Duration resumeThreshold,
        Duration idleLimit) {

    public Flow {
        variants = List.copyOf(variants);
        steps = List.copyOf(steps);
        paths = List.copyOf(paths);
    }

    /** The step of that key, if the flow has one. */
    public Optional<Step> step(String key) {
        return steps.stream().filter(step -> step.key().equals(key)).findFirst();
    }

    /** The variant of a user: always the same one for the same list of variants. */
    public String variantFor(String userId) {
        return variants.get(Math.floorMod((id + "\n" + userId).hashCode(), variants.size()));
    }
}
