package tools.choco.onboarding.provisioning;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.common.IdentifierFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.events.v1.ErrorKind;
import tools.choco.onboarding.github.GithubLinks;
import tools.choco.onboarding.site.FailSite;
import tools.choco.onboarding.site.ProvisioningState;
import tools.choco.onboarding.site.ReadSite;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.SiteState;
import tools.choco.onboarding.task.DurableTasks;
import tools.choco.onboarding.transaction.Databases;
import tools.choco.onboarding.transaction.Transactions;

/**
 * One durable task for each hop of a site: does its work, tries again what passes by itself, and
 * gives up what does not.
 *
 * <p>Whoever schedules a hop and the task that ends take turns by site. A task ends only after it
 * has seen, in its turn, that the site is not (or not again) where its work is due. So a hop that
 * is asked for while an earlier run of it is just ending is never lost.
 */
public final class ProvisioningTasks implements Hops, Restart {

    /** Actor of what the tasks cause. */
    public static final String ACTOR = "provisioning";

    /** Name of the hops' task in the table {@code scheduled_tasks}. */
    static final String HOP = "provisioning-hop";

    private static final Logger log = LoggerFactory.getLogger(ProvisioningTasks.class);

    private static final String DEFECT = "Something went wrong on our side.";

    private final DurableTasks tasks;
    private final Transactions transactions;
    private final CommandGateway commands;
    private final Deploys deploys;
    private final HopWork work;
    private final Checkpoints checkpoints;
    private final HopAttempts attempts;
    private final ProvisioningSettings settings;
    private final Clock clock;
    private final CustomTask<HopRun> task;

    public ProvisioningTasks(
            DurableTasks tasks,
            Transactions transactions,
            CommandGateway commands,
            SiteHosting hosting,
            GithubLinks links,
            TextVault texts,
            HopAttempts attempts,
            ProvisioningSettings settings,
            Clock clock,
            Checkpoints checkpoints) {
        this.tasks = tasks;
        this.transactions = transactions;
        this.commands = commands;
        this.deploys = new Deploys(commands, hosting, links, checkpoints);
        this.work = new HopWork(commands, hosting, links, deploys, texts, checkpoints);
        this.checkpoints = checkpoints;
        this.attempts = attempts;
        this.settings = settings;
        this.clock = clock;
        this.task =
                Tasks.custom(HOP, HopRun.class)
                        .onDeadExecutionRevive()
                        // Only what fails outside of a try comes there: nothing is counted.
                        .onFailure(
                                (complete, operations) ->
                                        operations.reschedule(
                                                complete, complete.getTimeDone().plus(pause(1))))
                        .execute((instance, context) -> run(instance.getData()));
        tasks.register(task);
    }

    @Override
    public void schedule(Hop hop) {
        takeTurn(hop.siteId());
        HopRun run = HopRun.of(hop);
        tasks.schedule(task.schedulableInstance(run.instance(), run));
        checkpoints.reached(run.at().wireName() + "/" + Checkpoints.AFTER_ROUTING, run.siteId());
    }

    @Override
    public void restart(SiteId siteId) {
        transactions.inside(
                () -> {
                    takeTurn(siteId.value());
                    SiteState site = read(siteId.value());
                    ProvisioningState at = site.provisioning();
                    if (at != null && at.isUnderWay()) {
                        HopRun run = HopRun.of(site, at);
                        tasks.scheduleNow(task.schedulableInstance(run.instance(), run));
                    }
                });
    }

    private CompletionHandler<HopRun> run(HopRun run) {
        SiteState site;
        try {
            site = read(run.siteId());
        } catch (RuntimeException failure) {
            if (!Databases.isPassing(failure)) {
                log.error("The site of hop {} cannot be read", run.instance(), failure);
            }
            return again(run, settings.backoffMax());
        }
        if (!run.isDueAt(site)) {
            return settled(run);
        }
        int number = attempts.begin(run);
        try {
            HopWork.Result result = work.doNext(site);
            boolean moved = result == HopWork.Result.MOVED;
            attempts.end(
                    run,
                    number,
                    moved ? HopAttempts.Outcome.DONE : HopAttempts.Outcome.WAITS,
                    null,
                    null);
            return result == HopWork.Result.STAYS ? rests(run) : settled(run);
        } catch (HostingFailure failure) {
            return failed(site, run, number, failure);
        } catch (RuntimeException failure) {
            if (Databases.isPassing(failure)) {
                attempts.end(run, number, HopAttempts.Outcome.AGAIN, null, "The log is away.");
                return again(run, pause(run.failures() + 1));
            }
            log.error("Hop {} failed on our side", run.instance(), failure);
            return failed(site, run, number, null);
        }
    }

    /**
     * @param failure what the host said; null for a defect of ours
     */
    private CompletionHandler<HopRun> failed(
            SiteState site, HopRun run, int number, @Nullable HostingFailure failure) {
        HostingFailure.Kind kind = failure == null ? null : failure.kind();
        String message = failure == null ? DEFECT : String.valueOf(failure.getMessage());
        boolean passing = kind == null || kind == HostingFailure.Kind.PASSING;
        HopRun next = run.failedOnce();
        if (passing && next.failures() < settings.triesMax() && !isOverdue(run)) {
            attempts.end(run, number, HopAttempts.Outcome.AGAIN, kind, message);
            Duration pause = pause(next.failures());
            log.info("Hop {} is tried again in {}: {}", run.instance(), pause, message);
            return again(next, pause);
        }
        log.warn("Hop {} is given up: {}", run.instance(), message);
        if (!run.at().leadsTo(ProvisioningState.FAILED)) {
            deploys.giveUp(site, message);
            attempts.end(run, number, HopAttempts.Outcome.WAITS, kind, message);
            return rests(run);
        }
        commands.sendAndWait(
                new FailSite(
                        site.id(),
                        run.attempt(),
                        kindOf(kind),
                        message,
                        site.followUp(HopWork.CALLER)));
        attempts.end(run, number, HopAttempts.Outcome.FAILED, kind, message);
        return settled(run);
    }

    private static ErrorKind kindOf(HostingFailure.@Nullable Kind kind) {
        return switch (kind) {
            case null -> ErrorKind.ERROR_KIND_INTERNAL;
            case USER_ACTION -> ErrorKind.ERROR_KIND_USER_ACTION;
            case OPERATOR_ACTION -> ErrorKind.ERROR_KIND_OPERATOR_ACTION;
            case INVALID_SOURCE -> ErrorKind.ERROR_KIND_INVALID_SOURCE;
            case PASSING -> ErrorKind.ERROR_KIND_EXHAUSTED;
        };
    }

    private boolean isOverdue(HopRun run) {
        Instant limit = clock.instant().minus(settings.attemptMax());
        return attempts.underWaySince(run).filter(since -> since.isBefore(limit)).isPresent();
    }

    private Duration pause(int failures) {
        return settings.backoff().after(failures, ThreadLocalRandom.current());
    }

    /** Ends the task, unless the site came back to where its work is due. */
    private CompletionHandler<HopRun> settled(HopRun run) {
        return (complete, operations) ->
                transactions.inside(
                        () -> {
                            takeTurn(run.siteId());
                            if (run.isDueAt(read(run.siteId()))) {
                                operations.reschedule(
                                        complete, complete.getTimeDone(), run.afresh());
                                tasks.lookForDueAfterCommit();
                            } else {
                                operations.remove();
                            }
                        });
    }

    /** Ends the task though its work is not done: somebody has to act first. */
    private CompletionHandler<HopRun> rests(HopRun run) {
        return (complete, operations) ->
                transactions.inside(
                        () -> {
                            takeTurn(run.siteId());
                            operations.remove();
                        });
    }

    private static CompletionHandler<HopRun> again(HopRun next, Duration pause) {
        return (complete, operations) ->
                operations.reschedule(complete, complete.getTimeDone().plus(pause), next);
    }

    private void takeTurn(String siteId) {
        transactions.takeTurn("provisioning", siteId);
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
