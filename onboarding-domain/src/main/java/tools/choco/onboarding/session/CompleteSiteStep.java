package tools.choco.onboarding.session;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.site.SiteId;

/**
 * A site of the session's is served: completes the site step, and with it the session if nothing
 * else is required. Asked by the service, as often as it likes; where the effect is there already,
 * or the session has ended, it changes nothing. Never resumes a session, and is no activity.
 *
 * @param sessionId the session
 * @param siteId the site
 * @param request how it came in
 */
public record CompleteSiteStep(
        @TargetAggregateIdentifier SessionId sessionId, SiteId siteId, Request request)
        implements SessionCommand {}
