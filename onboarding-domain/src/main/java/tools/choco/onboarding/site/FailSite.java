package tools.choco.onboarding.site;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.events.v1.ErrorKind;

/**
 * Gives the attempt up. A site that has failed, or is at another attempt, changes nothing.
 *
 * @param siteId the site
 * @param attempt attempt to give up; null for the current one
 * @param kind who has to act
 * @param message what happened, for people; never a secret
 * @param request how it came in
 */
public record FailSite(
        @TargetAggregateIdentifier SiteId siteId,
        @Nullable Integer attempt,
        ErrorKind kind,
        String message,
        Request request)
        implements SiteCommand {

    public FailSite {
        if (kind == ErrorKind.ERROR_KIND_UNSPECIFIED || kind == ErrorKind.UNRECOGNIZED) {
            throw new IllegalArgumentException("a failure says who has to act");
        }
    }
}
