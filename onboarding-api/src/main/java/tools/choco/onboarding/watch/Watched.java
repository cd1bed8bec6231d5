package tools.choco.onboarding.watch;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.v1.ProvisioningState;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;
import tools.choco.onboarding.projection.LoggedEvent;

/**
 * What a stream is about.
 *
 * @param kind session or site
 * @param id id of the session or site
 * @param toStates if not null, only provisioning's changes to these states count
 */
record Watched(Kind kind, String id, @Nullable Set<ProvisioningState> toStates) {

    enum Kind {
        SESSION,
        SITE
    }

    static Watched session(String id) {
        return new Watched(Kind.SESSION, id, null);
    }

    static Watched site(String id, @Nullable Set<ProvisioningState> toStates) {
        return new Watched(Kind.SITE, id, toStates);
    }

    boolean wants(LoggedEvent event) {
        return toStates == null
                || event.payload() instanceof SiteProvisionStateChanged change
                        && toStates.contains(change.getToState());
    }
}
