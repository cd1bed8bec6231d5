package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.IntStream;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.eventlog.LogListener;
import tools.choco.onboarding.eventlog.PostgresEventLog;

/** Measures the event log: {@code onboarding_log_*}. */
final class LogMetrics implements LogListener {

    /** Appends in a commit: powers of two up to more than a batch takes. */
    private static final double[] SIZES =
            IntStream.rangeClosed(0, 10).mapToDouble(power -> 1 << power).toArray();

    private static final Duration[] DURATIONS =
            IntStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
                    .mapToObj(Duration::ofMillis)
                    .toArray(Duration[]::new);

    private final MeterRegistry meters;
    private final DistributionSummary appends;
    private final Counter events;
    private final Counter conflicts;
    private final Timer commits;

    LogMetrics(MeterRegistry meters) {
        this.meters = meters;
        appends =
                DistributionSummary.builder("onboarding.log.batch.appends")
                        .description("Appends stored by one commit")
                        .serviceLevelObjectives(SIZES)
                        .register(meters);
        events =
                Counter.builder("onboarding.log.events")
                        .description("Events stored by this process")
                        .register(meters);
        conflicts =
                Counter.builder("onboarding.log.conflicts")
                        .description("Appends refused because another was first")
                        .register(meters);
        commits =
                Timer.builder("onboarding.log.commit")
                        .description("Lock, insert and commit of a batch")
                        .serviceLevelObjectives(DURATIONS)
                        .register(meters);
        // From the start, so that the first failure shows as a rise.
        for (Failure reason : Failure.values()) {
            failures(reason);
        }
    }

    private Counter failures(Failure reason) {
        return Counter.builder("onboarding.log.failures")
                .description("Attempts to write a batch that failed")
                .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                .register(meters);
    }

    /** Measures what the log has to be asked for, too. */
    PostgresEventLog watching(PostgresEventLog log) {
        Gauge.builder("onboarding.log.pending.appends", log, PostgresEventLog::pendingAppends)
                .description("Appends that wait or are under way")
                .register(meters);
        watchPosition(log, meters);
        return log;
    }

    static void watchPosition(EventLog log, MeterRegistry meters) {
        Gauge.builder("onboarding.log.position", log, LogMetrics::position)
                .description("Position of the last event; NaN while the log is out of reach")
                .register(meters);
    }

    @Override
    public void onWritten(int stored, int newEvents, int refused, Duration duration) {
        if (stored > 0) {
            appends.record(stored);
            events.increment(newEvents);
        }
        conflicts.increment(refused);
        commits.record(duration);
    }

    @Override
    public void onFailed(Failure reason) {
        failures(reason).increment();
    }

    private static double position(EventLog log) {
        try {
            return log.storageEngine().createHeadToken().position().orElse(0);
        } catch (EventStoreException away) {
            return Double.NaN;
        }
    }
}
