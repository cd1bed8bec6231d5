package tools.choco.onboarding.site;

import org.axonframework.modelling.command.AggregateIdentifier;
import org.jspecify.annotations.Nullable;

/** One site. */
public class Site {

    @SuppressWarnings("UnusedVariable") // Axon reads it.
    @AggregateIdentifier
    private @Nullable SiteId id;

    /** For Axon, and for whoever lets a session create one in its own unit of work. */
    public Site() {}
}
