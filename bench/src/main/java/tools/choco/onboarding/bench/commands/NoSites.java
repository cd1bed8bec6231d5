package tools.choco.onboarding.bench.commands;

import java.util.List;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.site.NewSite;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.site.SiteState;
import tools.choco.onboarding.site.Sites;

/** The sites of sessions that ask for none, as those of the benches. */
public final class NoSites implements Sites {

    @Override
    public SiteAnswer request(NewSite site, Request request) {
        throw new IllegalStateException("no session of the benches asks for a site");
    }

    @Override
    public List<SiteState> of(SessionId session) {
        return List.of();
    }

    @Override
    public boolean anyRequested(SessionId session) {
        return false;
    }
}
