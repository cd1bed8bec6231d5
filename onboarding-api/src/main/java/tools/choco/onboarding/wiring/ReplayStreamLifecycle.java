package tools.choco.onboarding.wiring;

import org.springframework.context.SmartLifecycle;
import tools.choco.onboarding.ops.replay.ReplayStreams;

/** Ends the streams of replays before the web server waits for its requests to end. */
final class ReplayStreamLifecycle implements SmartLifecycle {

    private final ReplayStreams streams;
    private volatile boolean running;

    ReplayStreamLifecycle(ReplayStreams streams) {
        this.streams = streams;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        streams.close();
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
