package tools.choco.onboarding.provisioning;

import org.axonframework.modelling.saga.EndSaga;
import org.axonframework.modelling.saga.SagaEventHandler;
import org.axonframework.modelling.saga.SagaLifecycle;
import org.axonframework.modelling.saga.StartSaga;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.events.v1.SiteProvisionCompleted;
import tools.choco.onboarding.events.v1.SiteProvisionFailed;
import tools.choco.onboarding.events.v1.SiteProvisionRequested;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.events.v1.WelcomeSiteAdopted;
import tools.choco.onboarding.site.ProvisioningState;

/**
 * Drives one attempt of one site from its request to live or failed.
 *
 * <p>It routes and does nothing else: the site says where it is, the saga asks for the work that
 * leads out of there. The same event always asks for the same hop, so an event that comes again
 * does no harm. A parked site needs nothing, and a welcome site has no saga. A retry finds none,
 * since a failure ends it, and so starts the next.
 */
public class SiteProvisioningSaga {

    /** Of every event of a site, and what ties a saga to one. */
    private static final String SITE = "siteId";

    private int attempt;

    /** The attempt that it drives; stored with the saga. */
    public int getAttempt() {
        return attempt;
    }

    @StartSaga
    @SagaEventHandler(associationProperty = SITE)
    void on(SiteProvisionRequested event, Hops hops) {
        if (event.getHostingMode() == HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE) {
            // Axon has made a saga by now; one that ends at once is never stored.
            SagaLifecycle.end();
            return;
        }
        attempt = event.getAttempt();
        ask(event.getSiteId(), ProvisioningState.REQUESTED, hops);
    }

    @StartSaga
    @SagaEventHandler(associationProperty = SITE)
    void on(WelcomeSiteAdopted event, Hops hops) {
        attempt = 1;
        ask(event.getSiteId(), ProvisioningState.REQUESTED, hops);
    }

    /** Begins one where an operator has discarded the event that should have. */
    @StartSaga
    @SagaEventHandler(associationProperty = SITE)
    void on(SiteProvisionStateChanged event, Hops hops) {
        attempt = event.getAttempt();
        ask(event.getSiteId(), ProvisioningState.of(event.getToState()), hops);
    }

    @EndSaga
    @SagaEventHandler(associationProperty = SITE)
    void on(SiteProvisionCompleted event) {
        // Nothing is left to do.
    }

    @EndSaga
    @SagaEventHandler(associationProperty = SITE)
    void on(SiteProvisionFailed event) {
        // Only a retry goes on from here.
    }

    private void ask(String siteId, ProvisioningState at, Hops hops) {
        if (at.isUnderWay()) {
            hops.schedule(new Hop(siteId, attempt, at));
        }
    }
}
