package tools.choco.onboarding.wiring;

import org.axonframework.config.Configuration;
import org.springframework.context.SmartLifecycle;

/** Starts Axon before anything sends a command, and shuts it down after. */
final class AxonLifecycle implements SmartLifecycle {

    /** Before the web server and the processors. */
    static final int PHASE = 0;

    private final Configuration axon;
    private volatile boolean running;

    AxonLifecycle(Configuration axon) {
        this.axon = axon;
    }

    @Override
    public void start() {
        axon.start();
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        axon.shutdown();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
