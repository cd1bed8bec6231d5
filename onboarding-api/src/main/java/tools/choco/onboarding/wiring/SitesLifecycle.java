package tools.choco.onboarding.wiring;

import org.springframework.context.SmartLifecycle;
import tools.choco.onboarding.hosting.local.SitesServer;

/** Serves sites before the tasks build any, since the addresses are known from then on. */
final class SitesLifecycle implements SmartLifecycle {

    private final SitesServer server;

    SitesLifecycle(SitesServer server) {
        this.server = server;
    }

    @Override
    public void start() {
        server.start();
    }

    @Override
    public void stop() {
        server.stop();
    }

    @Override
    public boolean isRunning() {
        return server.isRunning();
    }

    @Override
    public int getPhase() {
        return AxonLifecycle.PHASE + 1;
    }
}
