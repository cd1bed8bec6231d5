package tools.choco.onboarding.funnel;

import java.util.Set;

/**
 * Whose sessions a funnel counts.
 *
 * @param services names of the other services whose sessions they are; empty if they are our own
 */
public record Sessions(Set<String> services) {

    /** Our own sessions. */
    public static final Sessions OWN = new Sessions(Set.of());

    public Sessions {
        services = Set.copyOf(services);
    }

    public boolean areOwn() {
        return services.isEmpty();
    }
}
