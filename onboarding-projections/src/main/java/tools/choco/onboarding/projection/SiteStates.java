package tools.choco.onboarding.projection;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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

    /** Place in {@link #BY_ADVANCE}. */
    private static final Map<ProvisioningState, Integer> ADVANCES =
            new EnumMap<>(ProvisioningState.class);

    static {
        BY_ADVANCE.forEach(state -> ADVANCES.put(state, ADVANCES.size()));
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public SiteStates {
        all = List.copyOf(all);
    }

    /** Whether a site's event was applied before. */
    public boolean contains(LoggedEvent event) {
        int place = find(event.aggregateId());
        return place >= 0 && event.sequence() < all.get(place).events();
    }

    /**
     * The sites after the next event of one of them.
     *
     * @throws BrokenHistory if it is not the next one, or none of a site's
     */
    public SiteStates after(LoggedEvent event) {
        int place = find(event.aggregateId());
        if (event.sequence() != (place < 0 ? 0 : all.get(place).events())) {
            throw new BrokenHistory(event, "an earlier event of its site is missing");
        }
        ProvisioningState before =
                place < 0
                        ? ProvisioningState.PROVISIONING_STATE_UNSPECIFIED
                        : all.get(place).state();
        return with(place, stateAfter(before, event), event);
    }

    /** The sites after an event that is counted and changes nothing else. */
    public SiteStates passing(LoggedEvent event) {
        int place = find(event.aggregateId());
        ProvisioningState state =
                place < 0 ? ProvisioningState.PROVISIONING_STATE_REQUESTED : all.get(place).state();
        return with(place, state, event);
    }

    private SiteStates with(int place, ProvisioningState state, LoggedEvent event) {
        Site next = new Site(event.aggregateId(), state, event.sequence() + 1);
        List<Site> sites = new ArrayList<>(all);
        if (place < 0) {
            sites.add(next);
        } else {
            sites.set(place, next);
        }
        return new SiteStates(sites);
    }

    /** The state of the most advanced site; UNSPECIFIED if there is no site. */
    public ProvisioningState leading() {
        ProvisioningState leading = ProvisioningState.PROVISIONING_STATE_UNSPECIFIED;
        for (Site site : all) {
            if (ADVANCES.getOrDefault(site.state(), -1) > ADVANCES.getOrDefault(leading, -1)) {
                leading = site.state();
            }
        }
        return leading;
    }

    /** Ids in the order in which the sites were requested. */
    public List<String> ids() {
        return all.stream().map(Site::siteId).toList();
    }

    /** Where a site stands; -1 if nowhere. */
    private int find(String siteId) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).siteId().equals(siteId)) {
                return i;
            }
        }
        return -1;
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
