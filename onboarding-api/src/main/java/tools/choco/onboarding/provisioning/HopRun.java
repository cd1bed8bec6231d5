package tools.choco.onboarding.provisioning;

import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.site.SiteState;

/**
 * The data of a hop's task.
 *
 * @param siteId the site
 * @param attempt attempt of the site, from 1
 * @param at state in which the work is due
 * @param failures tries that have failed so far
 */
record HopRun(String siteId, int attempt, ProvisioningState at, int failures) {

    static HopRun of(Hop hop) {
        return new HopRun(hop.siteId(), hop.attempt(), hop.at(), 0);
    }

    /** The hop that a site is at. */
    static HopRun of(SiteState site, ProvisioningState at) {
        return new HopRun(site.id().value(), site.attempt(), at, 0);
    }

    /** Names the task: there is one for each hop of an attempt. */
    String instance() {
        return siteId + ":" + attempt + ":" + at.wireName();
    }

    /** Whether the site still is where the work is due. */
    boolean isDueAt(SiteState site) {
        return site.provisioning() == at && site.attempt() == attempt;
    }

    HopRun failedOnce() {
        return new HopRun(siteId, attempt, at, failures + 1);
    }

    HopRun afresh() {
        return new HopRun(siteId, attempt, at, 0);
    }
}
