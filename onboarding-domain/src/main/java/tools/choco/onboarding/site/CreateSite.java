package tools.choco.onboarding.site;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import tools.choco.onboarding.Request;

/**
 * Creates the site, or returns the one that is there. Comes from its session only, through {@link
 * Sites#request}; its precondition is the session's, so the site looks at none.
 *
 * @param site what the session asks for
 * @param request how it came in
 */
public record CreateSite(NewSite site, Request request) implements SiteCommand {

    @Override
    @TargetAggregateIdentifier
    public SiteId siteId() {
        return site.id();
    }
}
