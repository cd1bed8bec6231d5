package tools.choco.onboarding.projection;

import java.util.Collection;
import java.util.OptionalLong;
import org.axonframework.eventhandling.EventTrackerStatus;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.jspecify.annotations.Nullable;

/** A projection together with the processor that feeds it from the log. */
public final class ProjectionProcessor {

    private final Projection projection;
    private final ProjectionInvoker invoker;
    private final StreamingEventProcessor processor;

    ProjectionProcessor(
            Projection projection, ProjectionInvoker invoker, StreamingEventProcessor processor) {
        this.projection = projection;
        this.invoker = invoker;
        this.processor = processor;
    }

    public Projection projection() {
        return projection;
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

    /**
     * Empties the read model and applies the log from its start, in place: until it has caught up,
     * queries see less than there is. Rows and tokens are reset in one transaction.
     *
     * @throws org.axonframework.eventhandling.tokenstore.UnableToClaimTokenException if another
     *     process works on it; nothing is reset then
     */
    public void reset() {
        processor.shutDown();
        try {
            processor.resetTokens();
        } finally {
            processor.start();
        }
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
                projection.name(),
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
