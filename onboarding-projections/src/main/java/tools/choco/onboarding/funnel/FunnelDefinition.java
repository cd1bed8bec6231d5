package tools.choco.onboarding.funnel;

import java.util.List;

/**
 * A funnel as configured.
 *
 * @param funnelId name of the funnel
 * @param title name for people
 * @param sessions whose sessions it counts
 * @param stages in funnel order, at least one; the first starts an entry, the last converts it
 * @param exits events that end an entry's way through the stages
 * @param dimensions by what sessions can be told apart
 * @param order the order that holds unless another is asked for
 * @param furthest whether under {@link Order#ANY} the furthest stage reached counts for all before
 *     it
 * @param window the window that holds unless another is asked for
 * @param hash SHA-256 hex of the canonical content
 */
public record FunnelDefinition(
        String funnelId,
        String title,
        Sessions sessions,
        List<StageRule> stages,
        List<StageRule> exits,
        List<Dimension> dimensions,
        Order order,
        boolean furthest,
        Window window,
        String hash) {

    public FunnelDefinition {
        stages = List.copyOf(stages);
        exits = List.copyOf(exits);
        dimensions = List.copyOf(dimensions);
        if (stages.isEmpty() || stages.getFirst().isEachStep()) {
            throw new IllegalArgumentException("a funnel begins with a stage");
        }
    }

    /** Names of the dimensions, in the order of an entry's values. */
    public List<String> dimensionNames() {
        return dimensions.stream().map(Dimension::name).toList();
    }

    /** Whether any stage has a window of its own. */
    boolean hasStageWindows() {
        for (StageRule rule : stages) {
            if (rule.window() != Window.UNLIMITED) {
                return true;
            }
        }
        return false;
    }

    /** The window of a stage's own. */
    Window windowOf(String stage) {
        Window ofSteps = Window.UNLIMITED;
        for (StageRule rule : stages) {
            if (rule.stage().equals(stage)) {
                return rule.window();
            }
            if (rule.isEachStep()) {
                ofSteps = rule.window();
            }
        }
        return ofSteps;
    }
}
