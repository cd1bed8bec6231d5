package tools.choco.onboarding.wiring;

import java.util.List;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.springframework.context.SmartLifecycle;

/** Starts processors after Axon, and stops them before it. */
final class ProcessorLifecycle implements SmartLifecycle {

    private final List<StreamingEventProcessor> processors;
    private volatile boolean running;

    ProcessorLifecycle(List<StreamingEventProcessor> processors) {
        this.processors = processors;
    }

    @Override
    public void start() {
        processors.forEach(StreamingEventProcessor::start);
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        processors.forEach(StreamingEventProcessor::shutDown);
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
