package tools.choco.onboarding.site;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import tools.choco.onboarding.Request;

/**
 * Asks for the state as it is; changes nothing.
 *
 * @param siteId the site
 * @param request how it came in
 */
public record ReadSite(@TargetAggregateIdentifier SiteId siteId, Request request)
        implements SiteCommand {}
