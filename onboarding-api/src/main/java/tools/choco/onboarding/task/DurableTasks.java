package tools.choco.onboarding.task;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.exceptions.ExecutionException;
import com.github.kagkarlsson.scheduler.exceptions.TaskInstanceCurrentlyExecutingException;
import com.github.kagkarlsson.scheduler.task.SchedulableInstance;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.transaction.Transactions;

/**
 * Schedules durable tasks and runs them.
 *
 * <p>What is scheduled belongs to the transaction of the calling thread: it is there if and only if
 * that commits. A task runs on one instance at a time; one whose process died is run again, so
 * every task has to bear that it ran before.
 */
public final class DurableTasks {

    private static final Duration STOP_WAIT = Duration.ofSeconds(10);

    private final Transactions transactions;
    private final TaskSettings settings;
    private final String table;
    private final JsonTaskData data = new JsonTaskData();
    private final List<Task<?>> tasks = new ArrayList<>();
    private final List<RecurringTask<?>> recurring = new ArrayList<>();
    private @Nullable SchedulerClient client;
    private volatile @Nullable Scheduler scheduler;

    /** Tasks in the table {@code scheduled_tasks}. */
    public DurableTasks(Transactions transactions, TaskSettings settings) {
        this(transactions, settings, "scheduled_tasks");
    }

    /** Tasks in a table of their own, with threads of their own: they wait for no others. */
    public DurableTasks(Transactions transactions, TaskSettings settings, String table) {
        this.transactions = transactions;
        this.settings = settings;
        this.table = table;
    }

    /** Makes a task known; all are known before anything is scheduled or started. */
    public void register(Task<?> task) {
        tasks.add(task);
    }

    /** Makes a task known that runs again and again, on one instance at a time. */
    public void register(RecurringTask<?> task) {
        recurring.add(task);
    }

    /** Has it run as soon as may be; a task that is there already stays as it is. */
    public void schedule(SchedulableInstance<?> task) {
        if (client().scheduleIfNotExists(task)) {
            lookForDueAfterCommit();
        }
    }

    /**
     * Has it run as soon as may be, whether it is there already or not, and as if it had never
     * failed; one that is running at the moment is left alone.
     *
     * @return false if it is running
     */
    public boolean scheduleNow(SchedulableInstance<?> task) {
        try {
            boolean due = client().scheduleIfNotExists(task) || client().reschedule(task);
            lookForDueAfterCommit();
            return due;
        } catch (TaskInstanceCurrentlyExecutingException | ExecutionException running) {
            // The latter: it began to run between the look and the change.
            return false;
        }
    }

    /** Looks for what is due once the current transaction has committed. */
    public void lookForDueAfterCommit() {
        transactions.afterCommit(this::lookForDue);
    }

    /** Begins to run what is due. */
    public synchronized void start() {
        Scheduler fresh =
                Scheduler.create(transactions.dataSource(), tasks)
                        .startTasks(recurring)
                        .tableName(table)
                        .serializer(data)
                        .schedulerName(() -> ManagementFactory.getRuntimeMXBean().getName())
                        .threads(settings.threads())
                        // No more than can run here: the rest is for other instances.
                        .pollUsingLockAndFetch(0.5, 1.0)
                        .pollingInterval(settings.polling())
                        .heartbeatInterval(settings.heartbeat())
                        .missedHeartbeatsLimit(settings.missedHeartbeats())
                        .shutdownMaxWait(STOP_WAIT)
                        .build();
        fresh.start();
        scheduler = fresh;
    }

    /** Lets what is running end, for a while, and runs no more. */
    public synchronized void stop() {
        Scheduler running = scheduler;
        if (running != null) {
            scheduler = null;
            running.stop();
        }
    }

    private synchronized SchedulerClient client() {
        SchedulerClient known = client;
        if (known == null) {
            known =
                    SchedulerClient.Builder.create(transactions.dataSource(), List.copyOf(tasks))
                            .tableName(table)
                            .serializer(data)
                            .build();
            client = known;
        }
        return known;
    }

    private void lookForDue() {
        Scheduler running = scheduler;
        if (running != null) {
            running.triggerCheckForDueExecutions();
        }
    }
}
