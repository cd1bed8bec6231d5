package tools.choco.onboarding.site;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import tools.choco.onboarding.Request;

/**
 * Begins a new attempt of a site that has failed.
 *
 * @param siteId the site
 * @param githubLinked whether the user has linked GitHub
 * @param request how it came in
 */
public record RetrySite(
        @TargetAggregateIdentifier SiteId siteId, boolean githubLinked, Request request)
        implements SiteCommand {}
