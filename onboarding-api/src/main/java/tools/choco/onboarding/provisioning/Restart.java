package tools.choco.onboarding.provisioning;

import tools.choco.onboarding.site.SiteId;

/** Start() for a site under way: has the work of its present hop done now. */
public interface Restart {

    /**
     * Makes sure that the task of the site's present hop is there and due now, its count of tries
     * at nothing; one that is running goes on. A site that is parked, live, failed or a welcome
     * site has no task, and gets none. Safe at any time, as often as one likes.
     */
    void restart(SiteId siteId);
}
