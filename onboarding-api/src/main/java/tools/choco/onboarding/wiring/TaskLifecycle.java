package tools.choco.onboarding.wiring;

import org.springframework.context.SmartLifecycle;
import tools.choco.onboarding.task.DurableTasks;

/** Starts the durable tasks after all they need, and stops them first. */
final class TaskLifecycle implements SmartLifecycle {

    private final DurableTasks tasks;

    TaskLifecycle(DurableTasks tasks) {
        this.tasks = tasks;
    }

    @Override
    public void start() {
        tasks.start();
    }

    @Override
    public void stop() {
        tasks.stop();
    }

    @Override
    public boolean isRunning() {
        return tasks.isRunning();
    }

    @Override
    public int getPhase() {
        return AxonLifecycle.PHASE + 2;
    }
}
