package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.messaging.Message;
import org.axonframework.modelling.command.ConcurrencyException;
import org.axonframework.monitoring.MessageMonitor;
import org.axonframework.monitoring.NoOpMessageMonitorCallback;
import tools.choco.onboarding.Refused;

/** Times commands by name and outcome: {@code onboarding_commands_seconds}. */
final class CommandMetrics implements MessageMonitor<Message<?>> {

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
                                .register(meters));
            }
        };
    }
}
