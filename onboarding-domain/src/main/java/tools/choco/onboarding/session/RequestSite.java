package tools.choco.onboarding.session;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.site.Slug;

/**
 * Asks for a site, for the step of kind site; answered with the site. A session can spawn several.
 *
 * @param sessionId the session
 * @param slug name of the site in its address
 * @param hostingMode a repository of the user's own, or a welcome site of the platform's
 * @param templateId template of the content, one of the flow's; null for the one that goes with the
 *     chosen path
 * @param githubLinked whether the user has linked GitHub
 * @param request how it came in
 */
public record RequestSite(
        @TargetAggregateIdentifier SessionId sessionId,
        Slug slug,
        HostingMode hostingMode,
        @Nullable String templateId,
        boolean githubLinked,
        Request request)
        implements SessionCommand {

    public RequestSite {
        if (hostingMode == HostingMode.HOSTING_MODE_UNSPECIFIED
                || hostingMode == HostingMode.UNRECOGNIZED) {
            throw new IllegalArgumentException("a site is hosted somewhere");
        }
    }
}
