package tools.choco.onboarding.provisioning;

import java.util.Optional;
import org.axonframework.commandhandling.gateway.CommandGateway;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.github.GithubLinks;
import tools.choco.onboarding.site.AdvanceSite;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.site.SiteState;
import tools.choco.onboarding.site.StartProvisioning;

/**
 * What has to be done in each state: a call to the host where there is one, then the command that
 * moves the site. Both are idempotent, so all of it may be done again after a crash in between.
 */
final class HopWork {

    /** Who moves sites. */
    static final Caller CALLER = Caller.service(ProvisioningTasks.ACTOR);

    private final CommandGateway commands;
    private final SiteHosting hosting;
    private final GithubLinks links;
    private final Deploys deploys;
    private final TextVault texts;
    private final Checkpoints checkpoints;

    HopWork(
            CommandGateway commands,
            SiteHosting hosting,
            GithubLinks links,
            Deploys deploys,
            TextVault texts,
            Checkpoints checkpoints) {
        this.commands = commands;
        this.hosting = hosting;
        this.links = links;
        this.deploys = deploys;
        this.texts = texts;
        this.checkpoints = checkpoints;
    }

    /** What came of a piece of work. */
    enum Result {
        /** The site went on to its next state. */
        MOVED,
        /** The site waits for its user to link GitHub, unless that has just happened. */
        PARKED,
        /** The site stays, and waits for a better source. */
        STAYS
    }

    /**
     * Does the work of the state that the site is in.
     *
     * @throws HostingFailure if the host cannot do its part
     */
    Result doNext(SiteState site) {
        switch (stateOf(site)) {
            case REQUESTED -> advance(site, ProvisioningState.SOURCE_RESOLVING, "");
            case SOURCE_RESOLVING -> {
                return resolveSource(site);
            }
            case SOURCE_RESOLVED -> advance(site, ProvisioningState.VERCEL_CREATING, "");
            case VERCEL_CREATING -> {
                reached(site, Checkpoints.BEFORE_CALL);
                Project project = hosting.createProject(hosted(site));
                reached(site, Checkpoints.AFTER_CALL);
                advance(site, ProvisioningState.VERCEL_CREATED, project.projectId());
            }
            case VERCEL_CREATED -> advance(site, ProvisioningState.HOOK_CREATING, "");
            case HOOK_CREATING -> {
                reached(site, Checkpoints.BEFORE_CALL);
                hosting.createDeployHook(hosted(site));
                reached(site, Checkpoints.AFTER_CALL);
                advance(site, ProvisioningState.HOOK_CREATED, "");
            }
            case HOOK_CREATED -> {
                return deploys.deploy(site) ? Result.MOVED : Result.STAYS;
            }
            case LIVE, AWAITING_GITHUB, FAILED ->
                    throw new IllegalArgumentException("There is nothing to do for this site");
        }
        return Result.MOVED;
    }

    /** The site as its host knows it. */
    static HostedSite hosted(SiteState site) {
        return new HostedSite(
                site.id().value(), site.userId(), site.slug().value(), site.templateId());
    }

    private Result resolveSource(SiteState site) {
        Optional<GithubAccount> account = links.of(site.userId());
        if (account.isEmpty()) {
            park(site);
            return Result.PARKED;
        }
        String repository =
                site.repository(texts)
                        .orElseGet(() -> account.get().login() + "/" + site.slug().value());
        reached(site, Checkpoints.BEFORE_CALL);
        hosting.resolveSource(hosted(site), account.get(), repository);
        reached(site, Checkpoints.AFTER_CALL);
        advance(site, ProvisioningState.SOURCE_RESOLVED, "");
        return Result.MOVED;
    }

    // A link that was made after the look at it above, and whose task came before the site was
    // parked, found nothing to start: so whoever parks looks once more.
    private void park(SiteState site) {
        reached(site, Checkpoints.BEFORE_PARKING);
        SiteState parked = advance(site, ProvisioningState.AWAITING_GITHUB, "");
        if (links.isLinked(site.userId())) {
            commands.sendAndWait(new StartProvisioning(parked.id(), true, parked.followUp(CALLER)));
        }
    }

    private SiteState advance(SiteState site, ProvisioningState to, String detail) {
        reached(site, Checkpoints.BEFORE_COMMAND);
        SiteAnswer answer =
                commands.sendAndWait(
                        new AdvanceSite(
                                site.id(),
                                site.attempt(),
                                stateOf(site),
                                to,
                                detail,
                                site.followUp(CALLER)));
        reached(site, Checkpoints.AFTER_EVENT);
        return answer.state();
    }

    private void reached(SiteState site, String place) {
        checkpoints.reached(stateOf(site).wireName() + "/" + place, site.id().value());
    }

    private static ProvisioningState stateOf(SiteState site) {
        ProvisioningState state = site.provisioning();
        if (state == null) {
            throw new IllegalArgumentException("A welcome site is not provisioned");
        }
        return state;
    }
}
