package tools.choco.onboarding.provisioning;

import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.common.IdentifierFactory;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.github.OnLinked;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.StartProvisioning;
import tools.choco.onboarding.task.DurableTasks;
import tools.choco.onboarding.transaction.Databases;

/**
 * Starts a user's parked sites when GitHub is linked: a durable task, stored together with the
 * link. It asks every site that the user ever claimed, and each decides; a read model that lags
 * could miss one.
 */
public final class ParkedSites implements OnLinked {

    /** Name of the task in the table {@code scheduled_tasks}. */
    static final String RESUME = "resume-parked-sites";

    private static final Logger log = LoggerFactory.getLogger(ParkedSites.class);

    private final DurableTasks tasks;
    private final CommandGateway commands;
    private final SitesOfUser sitesOfUser;
    private final Backoff backoff;
    private final Checkpoints checkpoints;
    private final CustomTask<Resume> task;

    public ParkedSites(
            DurableTasks tasks,
            CommandGateway commands,
            SitesOfUser sitesOfUser,
            ProvisioningSettings settings,
            Checkpoints checkpoints) {
        this.tasks = tasks;
        this.checkpoints = checkpoints;
        this.commands = commands;
        this.sitesOfUser = sitesOfUser;
        this.backoff = settings.backoff();
        this.task =
                Tasks.custom(RESUME, Resume.class)
                        .onDeadExecutionRevive()
                        .onFailure(
                                (complete, operations) ->
                                        operations.reschedule(
                                                complete,
                                                complete.getTimeDone()
                                                        .plus(
                                                                pause(
                                                                        complete.getExecution()
                                                                                        .consecutiveFailures
                                                                                + 1))))
                        .execute((instance, context) -> run(instance.getData()));
        tasks.register(task);
    }

    /** The data of the task; the correlation id is that of the request that linked. */
    record Resume(String userId, String correlationId) {}

    @Override
    public void linked(String userId, String correlationId) {
        // Each link has a task of its own: one that is running already may have passed a site that
        // was parked since.
        tasks.schedule(
                task.schedulableInstance(
                        IdentifierFactory.getInstance().generateIdentifier(),
                        new Resume(userId, correlationId)));
    }

    private CompletionHandler<Resume> run(Resume resume) {
        Request request = Request.of(HopWork.CALLER, resume.correlationId());
        RuntimeException failure = null;
        for (SiteId site : sitesOfUser.of(resume.userId())) {
            checkpoints.reached(Checkpoints.BEFORE_RESUMING, site.value());
            try {
                commands.sendAndWait(new StartProvisioning(site, true, request));
            } catch (AggregateNotFoundException claimedButNeverMade) {
                log.debug("Site {} was claimed and never made", site);
            } catch (Refused nothingToStart) {
                log.debug("Site {} has nothing to start", site);
            } catch (RuntimeException failed) {
                failure = failed;
            }
        }
        if (failure != null) {
            if (!Databases.isPassing(failure)) {
                log.error("Not every parked site of a user could be started", failure);
            }
            throw failure;
        }
        return new CompletionHandler.OnCompleteRemove<>();
    }

    private Duration pause(int failures) {
        return backoff.after(failures, ThreadLocalRandom.current());
    }
}
