package tools.choco.onboarding.projection;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import tools.choco.onboarding.events.v1.ProvisioningState;
import tools.choco.onboarding.events.v1.SiteDeployStatusChanged;
import tools.choco.onboarding.events.v1.SiteLifecycleStageChanged;
import tools.choco.onboarding.events.v1.SiteProvisionCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionFailed;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.events.v1.WelcomeSiteAdopted;
import tools.choco.onboarding.events.v1.WelcomeSiteProvisioned;

/**
 * Where the sites of one session are.
 *
 * @param all in the order in which they were requested
 */
public record SiteStates(@JsonValue List<Site> all) {

    /**
     * One site.
     *
     * @param siteId id of the site
     * @param state where its provisioning is
     * @param events number of its events applied so far
     */
    public record Site(String siteId, ProvisioningState state, long events) {}

    /** No site was requested. */
    public static final SiteStates NONE = new SiteStates(List.of());

    /** From the least advanced state to the most. A failed site has nothing to show for itself. */
    private static final List<ProvisioningState> BY_ADVANCE =
            List.of(
                    ProvisioningState.PROVISIONING_STATE_FAILED,
                    ProvisioningState.PROVISIONING_STATE_REQUESTED,
                    ProvisioningState.PROVISIONING_STATE_SOURCE_RESOLVING,
                    ProvisioningState.PROVISIONING_STATE_AWAITING_GITHUB,
                    ProvisioningState.PROVISIONING_STATE_SOURCE_RESOLVED,
                    ProvisioningState.PROVISIONING_STATE_VERCEL_CREATING,
                    ProvisioningState.PROVISIONING_STATE_VERCEL_CREATED,
                    ProvisioningState.PROVISIONING_STATE_HOOK_CREATING,
                    ProvisioningState.PROVISIONING_STATE_HOOK_CREATED,
                    ProvisioningState.PROVISIONING_STATE_LIVE);

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public SiteStates {
        all = List.copyOf(all);
    }

    /** Whether a site's event was applied before. */
    public boolean contains(LoggedEvent event) {
        return find(event.aggregateId())
                .filter(site -> event.sequence() < site.events())
                .isPresent();
    }

    /**
     * The sites after the next event of one of them.
     *
     * @throws BrokenHistory if it is not the next one, or none of a site's
     */
    public SiteStates after(LoggedEvent event) {
        Optional<Site> site = find(event.aggregateId());
        if (event.sequence() != site.map(Site::events).orElse(0L)) {
            throw new BrokenHistory(event, "an earlier event of its site is missing");
        }
        ProvisioningState before =
                site.map(Site::state).orElse(ProvisioningState.PROVISIONING_STATE_UNSPECIFIED);
        Site next = new Site(event.aggregateId(), stateAfter(before, event), event.sequence() + 1);
        List<Site> sites = new ArrayList<>(all);
        if (site.isPresent()) {
            sites.set(sites.indexOf(site.get()), next);
        } else {
            sites.add(next);
        }
        return new SiteStates(sites);
    }

    /** The sites after an event that is counted and changes nothing else. */
    public SiteStates passing(LoggedEvent event) {
        Optional<Site> site = find(event.aggregateId());
        Site next =
                new Site(
                        event.aggregateId(),
                        site.map(Site::state)
                                .orElse(ProvisioningState.PROVISIONING_STATE_REQUESTED),
                        event.sequence() + 1);
        List<Site> sites = new ArrayList<>(all);
        if (site.isPresent()) {
            sites.set(sites.indexOf(site.get()), next);
        } else {
            sites.add(next);
        }
        return new SiteStates(sites);
    }

    /** The state of the most advanced site; UNSPECIFIED if there is no site. */
    public ProvisioningState leading() {
        return all.stream()
                .map(Site::state)
                .max(Comparator.comparingInt(BY_ADVANCE::indexOf))
                .orElse(ProvisioningState.PROVISIONING_STATE_UNSPECIFIED);
    }

    /** Ids in the order in which the sites were requested. */
    public List<String> ids() {
        return all.stream().map(Site::siteId).toList();
    }

    private Optional<Site> find(String siteId) {
        return all.stream().filter(site -> site.siteId().equals(siteId)).findFirst();
    }

    private static ProvisioningState stateAfter(ProvisioningState before, LoggedEvent event) {
        return switch (event.payload()) {
            case SiteProvisionRequested requested -> ProvisioningState.PROVISIONING_STATE_REQUESTED;
            case SiteProvisionStateChanged hop -> known(hop.getToState(), event);
            case SiteProvisionCompleted completed -> ProvisioningState.PROVISIONING_STATE_LIVE;
            case SiteProvisionFailed failed -> ProvisioningState.PROVISIONING_STATE_FAILED;
            case WelcomeSiteProvisioned welcome -> ProvisioningState.PROVISIONING_STATE_LIVE;
            case WelcomeSiteAdopted adopted -> ProvisioningState.PROVISIONING_STATE_REQUESTED;
            case SiteDeployStatusChanged deploy -> before;
            case SiteLifecycleStageChanged stage -> before;
            default -> throw new BrokenHistory(event, "it is no event of a site");
        };
    }

    private static ProvisioningState known(ProvisioningState state, LoggedEvent event) {
        if (!BY_ADVANCE.contains(state)) {
            throw new BrokenHistory(event, "its state is of a newer schema");
        }
        return state;
    }
}
