package tools.choco.onboarding.provisioning;

import tools.choco.onboarding.site.ProvisioningState;

/**
 * One piece of a site's provisioning: the work that leads out of a state.
 *
 * <p>A parked site that goes on is in {@code SOURCE_RESOLVING} a second time, within the same
 * attempt, and its hop is asked for again: also while the run that parked it is just ending.
 *
 * @param siteId the site
 * @param attempt attempt it belongs to, from 1
 * @param at state in which the work is due; never parked or terminal
 */
public record Hop(String siteId, int attempt, ProvisioningState at) {}
