package tools.choco.onboarding.provisioning;

import org.axonframework.commandhandling.gateway.CommandGateway;
import tools.choco.onboarding.events.v1.DeployStatus;
import tools.choco.onboarding.github.GithubLinks;
import tools.choco.onboarding.site.GoLive;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.site.RecordDeploy;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.site.SiteState;

/** Builds a site and tells it how that went; the first good build lets it go live. */
final class Deploys {

    private final CommandGateway commands;
    private final SiteHosting hosting;
    private final GithubLinks links;
    private final Checkpoints checkpoints;

    Deploys(
            CommandGateway commands,
            SiteHosting hosting,
            GithubLinks links,
            Checkpoints checkpoints) {
        this.commands = commands;
        this.hosting = hosting;
        this.links = links;
        this.checkpoints = checkpoints;
    }

    /**
     * Builds and waits until that has settled.
     *
     * @return whether the newest source is served
     * @throws HostingFailure if the host could not build; the site then shows as building
     */
    boolean deploy(SiteState site) {
        SiteState building = record(site, DeployStatus.DEPLOY_STATUS_BUILDING, "", "");
        String id = site.id().value();
        String hop = ProvisioningState.HOOK_CREATED.wireName() + "/";
        checkpoints.reached(hop + Checkpoints.BEFORE_CALL, id);
        Deployment deployment = hosting.deploy(HopWork.hosted(site));
        checkpoints.reached(hop + Checkpoints.AFTER_CALL, id);
        if (!deployment.ready()) {
            record(building, DeployStatus.DEPLOY_STATUS_FAILED, "", deployment.detail());
            return false;
        }
        SiteState ready =
                record(
                        building,
                        DeployStatus.DEPLOY_STATUS_READY,
                        deployment.url(),
                        deployment.detail());
        if (ready.provisioning() == ProvisioningState.HOOK_CREATED) {
            checkpoints.reached(hop + Checkpoints.BEFORE_COMMAND, id);
            commands.sendAndWait(
                    new GoLive(
                            ready.id(),
                            ready.attempt(),
                            deployment.projectId(),
                            deployment.url(),
                            named(ready, deployment),
                            ready.followUp(HopWork.CALLER)));
            checkpoints.reached(hop + Checkpoints.AFTER_EVENT, id);
        }
        return true;
    }

    /** The repository's name; not that of an account which the user has taken back meanwhile. */
    private String named(SiteState site, Deployment deployment) {
        return links.isLinked(site.userId()) ? deployment.repository() : "";
    }

    /** Says of a build that was given up that it failed. */
    void giveUp(SiteState site, String detail) {
        record(site, DeployStatus.DEPLOY_STATUS_FAILED, "", detail);
    }

    private SiteState record(SiteState site, DeployStatus status, String url, String detail) {
        SiteAnswer answer =
                commands.sendAndWait(
                        new RecordDeploy(
                                site.id(), status, url, detail, site.followUp(HopWork.CALLER)));
        return answer.state();
    }
}
