package tools.choco.onboarding.provisioning;

import java.util.List;
import tools.choco.onboarding.site.SiteId;

/** Knows every site that a user ever claimed, whether or not it was made. */
@FunctionalInterface
public interface SitesOfUser {

    /** Their ids; from what is written before a site is, never from a read model. */
    List<SiteId> of(String userId);
}
