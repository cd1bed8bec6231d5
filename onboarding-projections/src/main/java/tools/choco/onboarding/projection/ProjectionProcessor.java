package tools.choco.onboarding.projection;

import java.util.Collection;
import java.util.OptionalLong;
import org.axonframework.eventhandling.EventTrackerStatus;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.jspecify.annotations.Nullable;

/** A generation of a read model together with the processor that feeds it from the log. */
public final class ProjectionProcessor {

    private final Generation generation;
    private final ProjectionInvoker invoker;
    private final StreamingEventProcessor processor;

    ProjectionProcessor(
            Generation generation, ProjectionInvoker invoker, StreamingEventProcessor processor) {
        this.generation = generation;
        this.invoker = invoker;
        this.processor = processor;
    }

    public Generation generation() {
        return generation;
    }

    /** The processor itself, for Axon's configuration and for splitting and merging. */
    public StreamingEventProcessor processor() {
        return processor;
    }

    /** Goes on where the stored token is; from the start of the log if there is none. */
    public void start() {
        processor.start();
    }

    /** Stops after the batch under way and gives up its claims. */
    public void stop() {
        processor.shutDown();
    }

    /** How it is doing now. */
    public ProcessorStatus status() {
        Collection<EventTrackerStatus> segments = processor.processingStatus().values();
        OptionalLong position =
                segments.stream()
                        .map(EventTrackerStatus::getCurrentPosition)
                        .mapToLong(segment -> segment.orElse(0))
                        .min();
        return new ProcessorStatus(
                generation.name(),
                position.isPresent() ? position.getAsLong() : null,
                !segments.isEmpty() && segments.stream().allMatch(EventTrackerStatus::isCaughtUp),
                processor.isRunning(),
                error(segments));
    }

    private @Nullable String error(Collection<EventTrackerStatus> segments) {
        Throwable failure = invoker.failure();
        if (failure != null) {
            return described(failure);
        }
        return segments.stream()
                .filter(EventTrackerStatus::isErrorState)
                .map(segment -> described(segment.getError()))
                .findFirst()
                .orElse(processor.isError() ? "The log or the tokens cannot be read" : null);
    }

    private static String described(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause == null ? failure.toString() : failure + ": " + cause;
    }
}
