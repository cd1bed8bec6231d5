package tools.choco.onboarding.wiring;

import java.util.List;
import org.springframework.context.SmartLifecycle;
import tools.choco.onboarding.projection.ProjectionProcessor;

/** Starts the processors of the read models after Axon, and stops them before it. */
final class ProjectionLifecycle implements SmartLifecycle {

    private final List<ProjectionProcessor> processors;
    private volatile boolean running;

    ProjectionLifecycle(List<ProjectionProcessor> processors) {
        this.processors = processors;
    }

    @Override
    public void start() {
        processors.forEach(ProjectionProcessor::start);
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        processors.forEach(ProjectionProcessor::stop);
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
