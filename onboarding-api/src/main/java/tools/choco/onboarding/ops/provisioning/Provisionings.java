package tools.choco.onboarding.ops.provisioning;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.events.v1.ErrorKind;
import tools.choco.onboarding.github.GithubLinks;
import tools.choco.onboarding.ops.Audit;
import tools.choco.onboarding.provisioning.Restart;
import tools.choco.onboarding.site.FailSite;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.site.ReadSite;
import tools.choco.onboarding.site.RetrySite;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.SiteState;
import tools.choco.onboarding.site.StartProvisioning;
import tools.choco.onboarding.site.http.SiteGateway;

/**
 * Does one thing to many provisionings, one after the other. Each site decides for itself; what it
 * refuses is reported and stops nothing. Every single act is written down.
 */
public final class Provisionings {

    /** Code of a site that is no longer in the state in which the filter found it. */
    static final String STATE_CHANGED = "state_changed";

    private final SiteGateway sites;
    private final GithubLinks links;
    private final Restart restart;
    private final Audit audit;

    public Provisionings(SiteGateway sites, GithubLinks links, Restart restart, Audit audit) {
        this.sites = sites;
        this.links = links;
        this.restart = restart;
        this.audit = audit;
    }

    /**
     * A site to act on.
     *
     * @param siteId as the operator or the read model names it
     * @param state state in which it must still be; null if that does not matter
     */
    record Target(String siteId, @Nullable String state) {}

    /** Why nothing was done to a site. */
    record Refusal(String siteId, String code, String detail) {}

    /** What came of it. */
    record Outcome(int done, List<Refusal> refused) {}

    Outcome act(Act act, List<Target> targets, String reason, Request request) {
        List<Refusal> refused = new ArrayList<>();
        for (Target target : targets) {
            Refusal refusal = act(act, target, request);
            if (refusal != null) {
                refused.add(refusal);
            }
            audit.record(
                    request.caller().subject(),
                    act.action(),
                    target.siteId(),
                    target.siteId(),
                    reason,
                    refusal == null ? Audit.DONE : refusal.code());
        }
        return new Outcome(targets.size() - refused.size(), refused);
    }

    private @Nullable Refusal act(Act act, Target target, Request request) {
        try {
            SiteId id = SiteId.of(target.siteId());
            Request read = Request.of(request.caller(), request.correlationId());
            SiteState site = sites.send(new ReadSite(id, read)).state();
            if (target.state() != null && !target.state().equals(wordOf(site.provisioning()))) {
                return new Refusal(
                        target.siteId(),
                        STATE_CHANGED,
                        "The site is no longer in the state that the filter asks for.");
            }
            act(act, site, request);
            return null;
        } catch (Refused refused) {
            return new Refusal(
                    target.siteId(),
                    refused.refusal().code(),
                    String.valueOf(refused.getMessage()));
        }
    }

    private void act(Act act, SiteState site, Request request) {
        switch (act) {
            case START -> {
                sites.send(
                        new StartProvisioning(site.id(), links.isLinked(site.userId()), request));
                restart.restart(site.id());
            }
            case RETRY ->
                    sites.send(new RetrySite(site.id(), links.isLinked(site.userId()), request));
            case FAIL ->
                    sites.send(
                            new FailSite(
                                    site.id(),
                                    site.attempt(),
                                    ErrorKind.ERROR_KIND_OPERATOR_ACTION,
                                    "An operator ended this attempt.",
                                    request));
        }
    }

    private static @Nullable String wordOf(@Nullable ProvisioningState state) {
        return state == null ? null : state.wireName();
    }
}
