package tools.choco.onboarding.site;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import tools.choco.onboarding.Request;

/**
 * Lets a parked site go on, once its user has linked GitHub. In any other state of a user's own
 * site it changes nothing, so it may be sent at any time, as often as one likes.
 *
 * @param siteId the site
 * @param githubLinked whether the user has linked GitHub
 * @param request how it came in
 */
public record StartProvisioning(
        @TargetAggregateIdentifier SiteId siteId, boolean githubLinked, Request request)
        implements SiteCommand {}
