package tools.choco.onboarding.funnel;

import java.util.List;

/**
 * A funnel as it is offered to analysts.
 *
 * @param funnelId name of the funnel
 * @param title name for people
 * @param stages names of its stages in order; of a funnel with a stage for each step, those of
 *     every flow version that a session was offered
 * @param dimensions by which it can be broken down and filtered
 * @param order the order that holds unless another is asked for
 * @param window the window that holds unless another is asked for
 */
public record Funnel(
        String funnelId,
        String title,
        List<String> stages,
        List<String> dimensions,
        String order,
        String window) {

    /** Id of the funnel over our own events. */
    public static final String ONBOARDING = "onboarding";
}
