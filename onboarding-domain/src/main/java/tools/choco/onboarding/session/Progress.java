package tools.choco.onboarding.session;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.BrokenStream;
import tools.choco.onboarding.flow.Path;
import tools.choco.onboarding.flow.StepKind;
import tools.choco.onboarding.site.SiteState;

/**
 * How far a session is: its steps and the chosen path.
 *
 * @param steps as offered, in order
 * @param paths as offered, in order
 * @param pathId the chosen path; null while none is chosen
 */
public record Progress(List<StepProgress> steps, List<Path> paths, @Nullable String pathId) {

    /**
     * What the session still needs, as step ids in order.
     *
     * @param currentlyDue what the user can do now
     * @param eventuallyDue what they will have to do
     * @param pendingVerification what they have done, and the service has not
     */
    public record Requirements(
            List<String> currentlyDue,
            List<String> eventuallyDue,
            List<String> pendingVerification) {}

    /** The step of that key, if it was offered. */
    public Optional<StepProgress> step(String stepId) {
        return steps.stream().filter(step -> step.stepId().equals(stepId)).findFirst();
    }

    /** The first step that is still pending; null if none is. */
    public @Nullable String currentStep() {
        return steps.stream()
                .filter(step -> step.status() == StepStatus.PENDING)
                .map(StepProgress::stepId)
                .findFirst()
                .orElse(null);
    }

    /**
     * What is open: forms and the path are due at once, a site as soon as nothing else is open, and
     * eventually until then. Once it is asked for it is pending, unless it failed.
     *
     * @param requested sites that the session asked for
     */
    public Requirements requirements(List<SiteState> requested) {
        List<String> sites =
                openRequirements().stream()
                        .filter(step -> step.kind() == StepKind.SITE)
                        .map(StepProgress::stepId)
                        .toList();
        List<String> others =
                openRequirements().stream()
                        .filter(step -> step.kind() != StepKind.SITE)
                        .map(StepProgress::stepId)
                        .toList();
        if (requested.stream().anyMatch(site -> !site.hasFailed())) {
            return new Requirements(others, List.of(), sites);
        }
        return others.isEmpty()
                ? new Requirements(sites, List.of(), List.of())
                : new Requirements(others, sites, List.of());
    }

    /** Required steps that are not completed, in order. */
    public List<StepProgress> openRequirements() {
        return steps.stream().filter(StepProgress::isOpenRequirement).toList();
    }

    /** Steps in that status. */
    public int count(StepStatus status) {
        return (int) steps.stream().filter(step -> step.status() == status).count();
    }

    /** Whether a site was asked for and is there. */
    boolean isSiteDone() {
        return siteStep().filter(StepProgress::isCompleted).isPresent();
    }

    /** Whether a site is required and not there, and nothing else is. */
    boolean isOnlySiteOpen() {
        List<StepProgress> open = openRequirements();
        return open.size() == 1 && open.getFirst().kind() == StepKind.SITE;
    }

    Optional<StepProgress> siteStep() {
        return steps.stream().filter(step -> step.kind() == StepKind.SITE).findFirst();
    }

    boolean offersPath(String candidate) {
        return paths.stream().anyMatch(path -> path.key().equals(candidate));
    }

    Optional<StepProgress> pathStep() {
        return steps.stream().filter(step -> step.kind() == StepKind.PATH).findFirst();
    }

    Progress withStep(String stepId, UnaryOperator<StepProgress> change) {
        if (step(stepId).isEmpty()) {
            throw new BrokenStream("step " + stepId + " was never offered");
        }
        return new Progress(
                steps.stream()
                        .map(step -> step.stepId().equals(stepId) ? change.apply(step) : step)
                        .toList(),
                paths,
                pathId);
    }

    Progress withPath(String chosen, Change change) {
        StepProgress step =
                pathStep().orElseThrow(() -> new BrokenStream("no path step was offered"));
        Progress done = withStep(step.stepId(), it -> it.changedTo(StepStatus.COMPLETED, change));
        return new Progress(done.steps, paths, chosen);
    }
}
