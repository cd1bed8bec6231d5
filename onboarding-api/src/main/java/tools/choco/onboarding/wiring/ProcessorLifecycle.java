package tools.choco.onboarding.wiring;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.ops.processor.StoppedProcessors;

/**
 * Starts processors after Axon, and stops them before it; in between, those that operators stop and
 * start, on whatever instance. None is started while the log is away: its first position is asked
 * for then.
 */
final class ProcessorLifecycle implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(ProcessorLifecycle.class);
    private static final Duration ROUND = Duration.ofMillis(500);

    private final List<StreamingEventProcessor> processors;
    private final StoppedProcessors stopped;
    private final EventLog events;
    private final ScheduledExecutorService timers;
    private @Nullable ScheduledFuture<?> rounds;

    ProcessorLifecycle(
            List<StreamingEventProcessor> processors,
            StoppedProcessors stopped,
            EventLog events,
            ScheduledExecutorService timers) {
        this.processors = processors;
        this.stopped = stopped;
        this.events = events;
        this.timers = timers;
    }

    List<StreamingEventProcessor> processors() {
        return processors;
    }

    @Override
    public synchronized void start() {
        round();
        rounds =
                timers.scheduleWithFixedDelay(
                        this::tryRound, ROUND.toMillis(), ROUND.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void stop() {
        if (rounds != null) {
            rounds.cancel(false);
            rounds = null;
        }
        processors.forEach(StreamingEventProcessor::shutDown);
    }

    @Override
    public synchronized boolean isRunning() {
        return rounds != null;
    }

    private synchronized void tryRound() {
        try {
            if (rounds != null) {
                round();
            }
        } catch (RuntimeException failed) {
            log.warn("Which processors are to rest is not known: {}", failed.getMessage());
        }
    }

    private void round() {
        Set<String> resting = stopped.names();
        for (StreamingEventProcessor processor : processors) {
            if (resting.contains(processor.getName())) {
                if (processor.isRunning()) {
                    processor.shutDown();
                }
            } else if (!processor.isRunning() && events.unavailability().isEmpty()) {
                processor.start();
            }
        }
    }

    @Override
    public int getPhase() {
        return Phased.FOLLOWERS;
    }
}
