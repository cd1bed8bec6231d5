package tools.choco.onboarding.wiring;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.Collection;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import tools.choco.onboarding.deadletter.DeadLetters;
import tools.choco.onboarding.projection.ProjectionProcessor;

/** Position and health of the processors of this process, which come and go. */
final class ProcessorMetrics implements Consumer<Collection<ProjectionProcessor>> {

    private final MultiGauge positions;
    private final MultiGauge health;
    private final MultiGauge parked;
    private final DeadLetters letters;

    ProcessorMetrics(MeterRegistry meters, DeadLetters letters) {
        this.letters = letters;
        this.parked =
                MultiGauge.builder("onboarding.processor.parked")
                        .description("Sequences of a processor that wait behind a dead letter")
                        .register(meters);
        this.positions =
                MultiGauge.builder("onboarding.processor.position")
                        .description("Log position a processor has reached in this process")
                        .register(meters);
        this.health =
                MultiGauge.builder("onboarding.processor.healthy")
                        .description("1 while a processor runs without failing")
                        .register(meters);
    }

    @Override
    public void accept(Collection<ProjectionProcessor> processors) {
        register(positions, processors, ProcessorMetrics::position);
        register(health, processors, it -> it.status().isHealthy() ? 1 : 0);
        register(parked, processors, it -> letters.sequences(it.generation().name()));
    }

    private static double position(ProjectionProcessor processor) {
        Long position = processor.status().position();
        return position == null ? Double.NaN : position;
    }

    private static void register(
            MultiGauge gauge,
            Collection<ProjectionProcessor> processors,
            ToDoubleFunction<ProjectionProcessor> value) {
        gauge.register(
                processors.stream()
                        .map(
                                it ->
                                        MultiGauge.Row.of(
                                                Tags.of("processor", it.generation().name()),
                                                it,
                                                value))
                        .toList(),
                true);
    }
}
