package tools.choco.onboarding.funnel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import tools.choco.onboarding.events.v1.OfferedStep;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.events.v1.StepKind;

/** The stages of the onboarding funnel, as a session is offered them. */
final class Stages {

    static final String STARTED = "started";
    static final String PATH_SELECTED = "path_selected";
    static final String SITE_REQUESTED = "site_requested";
    static final String SITE_LIVE = "site_live";
    static final String COMPLETED = "completed";

    /**
     * A stage of one flow version.
     *
     * @param flowId the flow
     * @param flowVersion its version
     * @param stage name of the stage
     * @param part start, forms, path, site requested, site live, end: 0 to 5
     * @param ordinal ordinal of the form step; 0 for every other stage
     */
    record Stage(String flowId, int flowVersion, String stage, int part, int ordinal) {}

    private Stages() {}

    /** In funnel order: the start, each form by its ordinal, the path, the site, the end. */
    static List<Stage> offeredBy(OnboardingStarted started) {
        List<Stage> stages = new ArrayList<>();
        stages.add(stage(started, STARTED, 0, 0));
        started.getStepsList().stream()
                .filter(step -> step.getKind() == StepKind.STEP_KIND_FORM)
                .sorted(Comparator.comparingInt(OfferedStep::getOrdinal))
                .forEach(
                        step -> stages.add(stage(started, step.getStepId(), 1, step.getOrdinal())));
        if (offers(started, StepKind.STEP_KIND_PATH)) {
            stages.add(stage(started, PATH_SELECTED, 2, 0));
        }
        if (offers(started, StepKind.STEP_KIND_SITE)) {
            stages.add(stage(started, SITE_REQUESTED, 3, 0));
            stages.add(stage(started, SITE_LIVE, 4, 0));
        }
        stages.add(stage(started, COMPLETED, 5, 0));
        return stages;
    }

    private static boolean offers(OnboardingStarted started, StepKind kind) {
        return started.getStepsList().stream().anyMatch(step -> step.getKind() == kind);
    }

    private static Stage stage(OnboardingStarted started, String name, int part, int ordinal) {
        return new Stage(started.getFlowId(), started.getFlowVersion(), name, part, ordinal);
    }
}
