package tools.choco.onboarding.funnel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stage of a funnel, or one for each step of the flow.
 *
 * @param stage name of the stage; empty if it stands for a stage each step, which is then named by
 *     the step's id
 * @param events any of which reaches the stage; none where it stands for a stage each step, which
 *     the step's completion reaches
 * @param step the stage is offered to sessions that were offered such a step, and is skipped with
 *     it; null if it is offered to all
 * @param window how long it may take at most after the stage before it
 * @param notOfferedWhen an event that tells that the stage was not offered; null if there is none
 */
public record StageRule(
        String stage,
        List<EventRule> events,
        @Nullable StepRule step,
        Window window,
        @Nullable EventRule notOfferedWhen) {

    public StageRule {
        events = List.copyOf(events);
        if (stage.isEmpty() ? step == null || !events.isEmpty() : events.isEmpty()) {
            throw new IllegalArgumentException(
                    "a stage has a name and events, or stands for steps");
        }
    }

    /** A stage that is offered to all and has no window of its own. */
    public static StageRule of(String stage, EventRule... events) {
        return new StageRule(stage, List.of(events), null, Window.UNLIMITED, null);
    }

    /** A stage each step. */
    public static StageRule eachStep(StepRule step) {
        return new StageRule("", List.of(), step, Window.UNLIMITED, null);
    }

    /** Whether it stands for a stage each step. */
    public boolean isEachStep() {
        return stage.isEmpty();
    }
}
