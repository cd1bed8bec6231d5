package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.stream.IntStream;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.messaging.Message;
import org.axonframework.modelling.command.ConcurrencyException;
import org.axonframework.monitoring.MessageMonitor;
import org.axonframework.monitoring.NoOpMessageMonitorCallback;
import tools.choco.onboarding.Refused;

/** Times commands by name and outcome: {@code onboarding_commands_seconds}. */
final class CommandMetrics implements MessageMonitor<Message<?>> {

    private static final Duration[] DURATIONS =
            IntStream.of(2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
                    .mapToObj(Duration::ofMillis)
                    .toArray(Duration[]::new);

    private final MeterRegistry meters;

    CommandMetrics(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public MonitorCallback onMessageIngested(Message<?> message) {
        if (!(message instanceof CommandMessage<?> command)) {
            return NoOpMessageMonitorCallback.INSTANCE;
        }
        Timer.Sample sample = Timer.start(meters);
        String name = command.getPayloadType().getSimpleName();
        return new MonitorCallback() {
            @Override
            public void reportSuccess() {
                stop("accepted");
            }

            @Override
            public void reportFailure(Throwable cause) {
                stop(
                        switch (cause) {
                            case Refused refused -> refused.refusal().code();
                            // Sent again: see ConflictRetries.
                            case ConcurrencyException conflict -> "conflict";
                            default -> "failed";
                        });
            }

            @Override
            public void reportIgnored() {
                stop("ignored");
            }

            private void stop(String outcome) {
                sample.stop(
                        Timer.builder("onboarding.commands")
                                .description("Commands by name and outcome")
                                .tag("command", name)
                                .tag("outcome", outcome)
                                .serviceLevelObjectives(DURATIONS)
                                .register(meters));
            }
        };
    }
}
