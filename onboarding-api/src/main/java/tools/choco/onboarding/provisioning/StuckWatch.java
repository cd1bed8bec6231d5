package tools.choco.onboarding.provisioning;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.projection.NotBuilt;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.siteview.InFlightFilter;
import tools.choco.onboarding.siteview.InFlightPage;
import tools.choco.onboarding.siteview.InFlightSite;
import tools.choco.onboarding.siteview.SiteQueries;
import tools.choco.onboarding.transaction.Databases;

/**
 * Looks for sites that stay in one hop beyond the limit: a line in the log when that begins and
 * when it ends, and the gauge {@code onboarding.provisioning.stuck} by state in between. A parked
 * site is not stuck: it waits for its user.
 */
public final class StuckWatch {

    private static final Logger log = LoggerFactory.getLogger(StuckWatch.class);

    private static final List<ProvisioningState> WATCHED =
            Arrays.stream(ProvisioningState.values())
                    .filter(ProvisioningState::isUnderWay)
                    .toList();

    private final SiteQueries sites;
    private final Clock clock;
    private final Duration stuckAfter;
    private final Map<ProvisioningState, AtomicLong> counts =
            new EnumMap<>(ProvisioningState.class);

    /** What is stuck, by site and hop; of the longest in each state at least. */
    private Map<String, InFlightSite> stuck = Map.of();

    public StuckWatch(
            SiteQueries sites, Clock clock, ProvisioningSettings settings, MeterRegistry meters) {
        this.sites = sites;
        this.clock = clock;
        this.stuckAfter = settings.stuckAfter();
        for (ProvisioningState state : WATCHED) {
            AtomicLong count = new AtomicLong();
            counts.put(state, count);
            Gauge.builder("onboarding.provisioning.stuck", count, AtomicLong::get)
                    .description("Sites that stay in one hop beyond the limit")
                    .tag("state", state.wireName())
                    .register(meters);
        }
    }

    /** One look; what cannot be read now is looked at again next time. */
    public synchronized void look() {
        try {
            Map<String, InFlightSite> found = new HashMap<>();
            for (ProvisioningState state : WATCHED) {
                InFlightFilter filter =
                        InFlightFilter.ALL
                                .withState(state.wireName())
                                .withStuckLongerThan(stuckAfter, clock.instant());
                InFlightPage page = sites.inFlight(filter, null, SiteQueries.PAGE_MAX);
                page.items().forEach(site -> found.put(hop(site), site));
                AtomicLong count = counts.get(state);
                if (count != null) {
                    count.set(
                            page.nextCursor() == null
                                    ? page.items().size()
                                    : sites.countInFlight(filter));
                }
            }
            found.forEach(
                    (hop, site) -> {
                        if (!stuck.containsKey(hop)) {
                            log.warn(
                                    "Site {} is stuck in {} since {}",
                                    site.siteId(),
                                    site.state(),
                                    site.sinceState());
                        }
                    });
            stuck.forEach(
                    (hop, site) -> {
                        if (!found.containsKey(hop)) {
                            log.info("Site {} has left {}", site.siteId(), site.state());
                        }
                    });
            stuck = found;
        } catch (NotBuilt notYet) {
            log.debug("The read model of sites is not built yet");
        } catch (RuntimeException failure) {
            if (Databases.isPassing(failure)) {
                log.warn("The watch over provisioning cannot read: the database is away");
            } else {
                log.error("The watch over provisioning failed", failure);
            }
        }
    }

    private static String hop(InFlightSite site) {
        return site.siteId() + ":" + site.attempt() + ":" + site.state() + ":" + site.sinceState();
    }
}
