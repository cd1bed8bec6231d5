package tools.choco.onboarding.provisioning;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.common.IdentifierFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.github.GithubLinks;
import tools.choco.onboarding.site.ReadSite;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.SiteState;
import tools.choco.onboarding.task.DurableTasks;
import tools.choco.onboarding.transaction.Databases;
import tools.choco.onboarding.transaction.Transactions;

/**
 * Builds sites whose source was pushed to: one durable task a site. Pushes that come while it waits
 * count as one; one that comes while it builds leads to one more build.
 */
public final class PushedSites {

    /** Name of the task in the table {@code scheduled_tasks}. */
    static final String DEPLOY = "deploy-site";

    private static final Logger log = LoggerFactory.getLogger(PushedSites.class);

    private static final String DEFECT = "Something went wrong on our side.";

    private final DurableTasks tasks;
    private final Transactions transactions;
    private final CommandGateway commands;
    private final Deploys deploys;
    private final ProvisioningSettings settings;
    private final Clock clock;
    private final CustomTask<Push> task;

    public PushedSites(
            DurableTasks tasks,
            Transactions transactions,
            CommandGateway commands,
            SiteHosting hosting,
            GithubLinks links,
            ProvisioningSettings settings,
            Clock clock,
            Checkpoints checkpoints) {
        this.tasks = tasks;
        this.transactions = transactions;
        this.commands = commands;
        this.deploys = new Deploys(commands, hosting, links, checkpoints);
        this.settings = settings;
        this.clock = clock;
        this.task =
                Tasks.custom(DEPLOY, Push.class)
                        .onDeadExecutionRevive()
                        .onFailure(
                                (complete, operations) ->
                                        operations.reschedule(
                                                complete,
                                                complete.getTimeDone().plus(settings.backoffMax())))
                        .execute((instance, context) -> run(instance.getData()));
        tasks.register(task);
    }

    /**
     * The data of the task.
     *
     * @param siteId the site
     * @param failures tries that have failed since the last push
     */
    record Push(String siteId, int failures) {}

    /** The source of a site has changed; durable on return. */
    public void pushed(String siteId) {
        transactions.inside(
                () -> {
                    takeTurn(siteId);
                    transactions
                            .jdbc()
                            .sql(
                                    """
                                    INSERT INTO deploys_wanted (site_id, wanted_at) VALUES (?, ?)
                                    ON CONFLICT (site_id) DO NOTHING""")
                            .params(UUID.fromString(siteId), Timestamp.from(EventTime.now(clock)))
                            .update();
                    tasks.scheduleNow(task.schedulableInstance(siteId, new Push(siteId, 0)));
                });
    }

    private CompletionHandler<Push> run(Push push) {
        // Whatever is pushed from here on may be too late for this build.
        transactions
                .jdbc()
                .sql("DELETE FROM deploys_wanted WHERE site_id = ?")
                .param(UUID.fromString(push.siteId()))
                .update();
        SiteState site = read(push.siteId());
        try {
            deploys.deploy(site);
            return settled(push);
        } catch (HostingFailure failure) {
            boolean passing = failure.kind() == HostingFailure.Kind.PASSING;
            return failed(site, push, passing, String.valueOf(failure.getMessage()));
        } catch (RuntimeException failure) {
            if (Databases.isPassing(failure)) {
                throw failure;
            }
            log.error("A build of site {} failed on our side", push.siteId(), failure);
            return failed(site, push, true, DEFECT);
        }
    }

    private CompletionHandler<Push> failed(
            SiteState site, Push push, boolean passing, String message) {
        Push next = new Push(push.siteId(), push.failures() + 1);
        if (passing && next.failures() < settings.triesMax()) {
            return (complete, operations) ->
                    operations.reschedule(
                            complete,
                            complete.getTimeDone()
                                    .plus(
                                            settings.backoff()
                                                    .after(
                                                            next.failures(),
                                                            ThreadLocalRandom.current())),
                            next);
        }
        log.warn("A build of site {} is given up: {}", push.siteId(), message);
        deploys.giveUp(site, message);
        return settled(push);
    }

    /** Ends the task, unless there was a push while it built. */
    private CompletionHandler<Push> settled(Push push) {
        return (complete, operations) ->
                transactions.inside(
                        () -> {
                            takeTurn(push.siteId());
                            if (isWanted(push.siteId())) {
                                operations.reschedule(
                                        complete,
                                        complete.getTimeDone(),
                                        new Push(push.siteId(), 0));
                                tasks.lookForDueAfterCommit();
                            } else {
                                operations.remove();
                            }
                        });
    }

    private boolean isWanted(String siteId) {
        return transactions
                .jdbc()
                .sql("SELECT EXISTS (SELECT FROM deploys_wanted WHERE site_id = ?)")
                .param(UUID.fromString(siteId))
                .query(Boolean.class)
                .single();
    }

    private void takeTurn(String siteId) {
        transactions.takeTurn("deploy", siteId);
    }

    private SiteState read(String siteId) {
        SiteAnswer answer =
                commands.sendAndWait(
                        new ReadSite(
                                new SiteId(siteId),
                                Request.of(
                                        HopWork.CALLER,
                                        IdentifierFactory.getInstance().generateIdentifier())));
        return answer.state();
    }
}
