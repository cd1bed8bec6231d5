package tools.choco.onboarding.site;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.events.v1.DeployStatus;

/**
 * A build of a user's own site has begun or settled. Touches neither stage nor provisioning; what
 * the site knows already changes nothing.
 *
 * @param siteId the site
 * @param status outcome of the latest build
 * @param deployUrl absolute address of the deploy; empty if there is none, which leaves the last
 *     one standing
 * @param detail what there is to say about it, never a secret; empty if nothing
 * @param request how it came in
 */
public record RecordDeploy(
        @TargetAggregateIdentifier SiteId siteId,
        DeployStatus status,
        String deployUrl,
        String detail,
        Request request)
        implements SiteCommand {

    public RecordDeploy {
        if (status == DeployStatus.DEPLOY_STATUS_UNSPECIFIED
                || status == DeployStatus.UNRECOGNIZED) {
            throw new IllegalArgumentException("a build has an outcome");
        }
    }
}
