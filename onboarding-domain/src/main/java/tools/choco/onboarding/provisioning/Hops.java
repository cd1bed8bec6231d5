package tools.choco.onboarding.provisioning;

/** Where the work of the provisioning is queued. */
public interface Hops {

    /**
     * Makes sure that a hop will be worked on, in one transaction with whatever its caller stores.
     * Idempotent: a hop that is queued already stays queued once.
     */
    void schedule(Hop hop);
}
