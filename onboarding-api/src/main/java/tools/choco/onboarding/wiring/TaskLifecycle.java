package tools.choco.onboarding.wiring;

import com.github.kagkarlsson.scheduler.Scheduler;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** Starts the durable tasks after all they need, and stops them first. */
final class TaskLifecycle implements SmartLifecycle {

    private final Supplier<Scheduler> schedulers;
    private @Nullable Scheduler scheduler;

    TaskLifecycle(Supplier<Scheduler> schedulers) {
        this.schedulers = schedulers;
    }

    @Override
    public synchronized void start() {
        Scheduler fresh = schedulers.get();
        fresh.start();
        scheduler = fresh;
    }

    @Override
    public synchronized void stop() {
        if (scheduler != null) {
            scheduler.stop();
            scheduler = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return scheduler != null;
    }

    @Override
    public int getPhase() {
        return AxonLifecycle.PHASE + 2;
    }
}
