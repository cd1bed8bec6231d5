package tools.choco.onboarding.site;

import tools.choco.onboarding.Request;

/** Something that is asked of one site. */
public sealed interface SiteCommand
        permits CreateSite,
                StartProvisioning,
                AdvanceSite,
                GoLive,
                FailSite,
                RetrySite,
                AdoptSite,
                RecordDeploy,
                ReadSite {

    /** The site it is asked of. */
    SiteId siteId();

    /** How it came in. */
    Request request();
}
