package tools.choco.onboarding.site;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import tools.choco.onboarding.Request;

/**
 * The first deploy is served: ends the provisioning, and for an adopted site the adoption. A site
 * that is not in {@code HOOK_CREATED}, or is at another attempt, changes nothing.
 *
 * @param siteId the site
 * @param attempt attempt that the deploy belongs to
 * @param projectId id of the hosting project
 * @param deployUrl absolute address of the site
 * @param githubRepo source repository, {@code owner/name}; empty if the site is not to name it
 * @param request how it came in
 */
public record GoLive(
        @TargetAggregateIdentifier SiteId siteId,
        int attempt,
        String projectId,
        String deployUrl,
        String githubRepo,
        Request request)
        implements SiteCommand {}
