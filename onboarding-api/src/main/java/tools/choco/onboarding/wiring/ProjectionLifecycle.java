package tools.choco.onboarding.wiring;

import org.springframework.context.SmartLifecycle;
import tools.choco.onboarding.projection.ReadModelKeeper;

/** Looks after the read models once Axon has started, and no more before it ends. */
final class ProjectionLifecycle implements SmartLifecycle {

    private final ReadModelKeeper keeper;
    private volatile boolean running;

    ProjectionLifecycle(ReadModelKeeper keeper) {
        this.keeper = keeper;
    }

    @Override
    public void start() {
        keeper.start();
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        keeper.stop();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return AxonLifecycle.PHASE + 1;
    }
}
