package tools.choco.onboarding.refusal.recording;

import java.util.Optional;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.site.SiteId;

/** Tells whose a site is. */
@FunctionalInterface
public interface SessionOfSite {

    /** The session that asked for a site; empty if there is no such site. */
    Optional<SessionId> sessionOf(SiteId site);
}
