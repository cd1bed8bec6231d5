package tools.choco.onboarding.funnel;

import java.util.List;

/**
 * A funnel and its stages.
 *
 * @param funnelId name of the funnel
 * @param stages names of its stages in order; of the onboarding funnel, those of every flow version
 *     that a session was offered
 */
public record Funnel(String funnelId, List<String> stages) {

    /** Id of the funnel over our own events. */
    public static final String ONBOARDING = "onboarding";
}
