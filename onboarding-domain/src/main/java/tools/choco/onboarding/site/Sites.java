package tools.choco.onboarding.site;

import java.util.List;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.session.SessionId;

/** The sites of sessions, as a session sees them. */
public interface Sites {

    /**
     * Asks for a site: claims its slug, has a welcome site published, and hands {@link CreateSite}
     * to the site in the caller's unit of work, so that both write one append.
     *
     * @return the answer of the site, a repeat included
     * @throws Refused with {@code SLUG_TAKEN} if another site has the slug, and with whatever the
     *     site refuses
     */
    SiteAnswer request(NewSite site, Request request);

    /** The sites that the session asked for, as their own events made them, oldest first. */
    List<SiteState> of(SessionId session);

    /**
     * Whether the session ever asked for a site. Asks the claims, which are written before a site
     * is, never a read model.
     */
    boolean anyRequested(SessionId session);
}
