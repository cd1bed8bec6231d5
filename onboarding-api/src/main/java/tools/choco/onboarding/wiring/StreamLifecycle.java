package tools.choco.onboarding.wiring;

import org.springframework.context.SmartLifecycle;
import tools.choco.onboarding.watch.StreamHub;

/** Ends the streams before the web server waits for its requests to end. */
final class StreamLifecycle implements SmartLifecycle {

    private final StreamHub hub;
    private volatile boolean running;

    StreamLifecycle(StreamHub hub) {
        this.hub = hub;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        hub.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }
}
