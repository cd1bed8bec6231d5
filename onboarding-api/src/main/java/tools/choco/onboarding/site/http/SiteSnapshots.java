package tools.choco.onboarding.site.http;

import tools.choco.onboarding.Request;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.site.ReadSite;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.SiteState;
import tools.choco.onboarding.watch.Snapshots;

/** Sites as {@code GET /sites/{siteId}} answers them, to be watched from there. */
public final class SiteSnapshots implements Snapshots {

    private final SiteGateway sites;
    private final TextVault texts;

    public SiteSnapshots(SiteGateway sites, TextVault texts) {
        this.sites = sites;
        this.texts = texts;
    }

    @Override
    public Snapshot read(String id, Request request) {
        SiteState state = sites.send(new ReadSite(new SiteId(id), request)).state();
        return new Snapshot(() -> SiteBody.of(state, texts), state.revision());
    }
}
