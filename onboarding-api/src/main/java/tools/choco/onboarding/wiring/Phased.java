package tools.choco.onboarding.wiring;

import org.springframework.context.SmartLifecycle;

/** What starts and stops with the service, at its place among the others. */
final class Phased implements SmartLifecycle {

    /** Axon: before anything sends a command, and until nothing does. */
    static final int AXON = 0;

    /** What works on Axon's events, or with what they led to. */
    static final int FOLLOWERS = AXON + 1;

    /** Durable tasks: after all they need, and no more once any of it stops. */
    static final int TASKS = FOLLOWERS + 1;

    private final int phase;
    private final Runnable begin;
    private final Runnable end;
    private volatile boolean running;

    Phased(int phase, Runnable begin, Runnable end) {
        this.phase = phase;
        this.begin = begin;
        this.end = end;
    }

    /** What ends before the web server waits for its requests to end. */
    static Phased beforeRequestsEnd(Runnable end) {
        return new Phased(DEFAULT_PHASE, () -> {}, end);
    }

    @Override
    public void start() {
        begin.run();
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        end.run();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return phase;
    }
}
