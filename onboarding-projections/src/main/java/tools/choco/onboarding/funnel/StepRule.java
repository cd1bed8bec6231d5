package tools.choco.onboarding.funnel;

import tools.choco.onboarding.events.v1.OfferedStep;
import tools.choco.onboarding.events.v1.StepKind;

/** Which steps of a session stand behind a stage. */
public sealed interface StepRule {

    /** Every step of a kind. */
    record OfKind(StepKind kind) implements StepRule {
        @Override
        public boolean fits(OfferedStep step) {
            return step.getKind() == kind;
        }
    }

    /** The step of that id. */
    record Named(String stepId) implements StepRule {
        @Override
        public boolean fits(OfferedStep step) {
            return step.getStepId().equals(stepId);
        }
    }

    /** Whether a step that was offered is one of them. */
    boolean fits(OfferedStep step);
}
