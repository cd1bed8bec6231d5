package tools.choco.onboarding.wiring;

import org.springframework.context.SmartLifecycle;
import tools.choco.onboarding.relay.EventRelay;

/** Relays once Axon has started, and until nothing more is appended. */
final class RelayLifecycle implements SmartLifecycle {

    private final EventRelay relay;
    private volatile boolean running;

    RelayLifecycle(EventRelay relay) {
        this.relay = relay;
    }

    @Override
    public void start() {
        relay.start();
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        relay.close();
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
