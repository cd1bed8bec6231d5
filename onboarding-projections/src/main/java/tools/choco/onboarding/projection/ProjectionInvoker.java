package tools.choco.onboarding.projection;

import com.google.protobuf.Message;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.axonframework.eventhandling.ErrorContext;
import org.axonframework.eventhandling.ErrorHandler;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.Segment;
import org.axonframework.eventhandling.tokenstore.UnableToClaimTokenException;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.EventType;

/**
 * Hands the events of a processor's batch to a projection, all at once.
 *
 * <p>Axon delivers one event at a time. They are collected and applied while the unit of work
 * prepares its commit, on the connection and in the transaction in which the processor has just
 * stored its token; whatever fails there rolls back both. As the processor's error handler it
 * rethrows every failure, so that the segment is given up, claimed again after a while and tried
 * again, and remembers it for {@link ProcessorStatus}. That another instance has taken the segment
 * over is no failure.
 */
final class ProjectionInvoker implements EventHandlerInvoker, ErrorHandler {

    /** Longer than Axon ever waits before it tries a segment again, which is a minute. */
    private static final Duration REMEMBERED = Duration.ofSeconds(90);

    private record Failure(String eventId, Throwable cause, long nanos) {}

    private final Projection projection;
    private final Generation generation;
    private final Parking parking;
    private final Supplier<Connection> connection;
    private final AtomicReference<@Nullable Failure> failure = new AtomicReference<>();

    ProjectionInvoker(
            Projection projection, Generation generation, Supplier<Connection> connection) {
        this.projection = projection;
        this.generation = generation;
        this.parking = new Parking(projection, generation);
        this.connection = connection;
    }

    /** By session, so that a session and its sites are never worked on side by side. */
    @Override
    public boolean canHandle(EventMessage<?> event, Segment segment) {
        return event.getPayload() instanceof Message payload
                && projection.handles(EventType.of(payload))
                && segment.matches(LoggedEvent.sessionOf(payload).hashCode());
    }

    @Override
    public boolean canHandleType(Class<?> payloadType) {
        return Message.class.isAssignableFrom(payloadType);
    }

    @Override
    public void handle(EventMessage<?> message, Segment segment) {
        if (!canHandle(message, segment)) {
            return;
        }
        UnitOfWork<?> unitOfWork = CurrentUnitOfWork.get();
        List<LoggedEvent> batch =
                unitOfWork.getOrComputeResource(
                        "Projection[" + generation.name() + "]/Batch",
                        key -> beginBatch(unitOfWork, segment));
        batch.add(LoggedEvent.of(message));
    }

    private List<LoggedEvent> beginBatch(UnitOfWork<?> unitOfWork, Segment segment) {
        List<LoggedEvent> batch = new ArrayList<>();
        unitOfWork.onPrepareCommit(ignored -> apply(batch, segment));
        unitOfWork.afterCommit(ignored -> recovered(batch));
        return batch;
    }

    private void apply(List<LoggedEvent> batch, Segment segment) {
        try {
            Appliers.join(connection.get(), generation);
            parking.apply(connection.get(), batch);
            Progress.move(connection.get(), generation, segment, batch.getLast());
        } catch (SQLException e) {
            throw new ProjectionException(projection, e);
        } catch (Error e) {
            // Axon rolls back on exceptions only: an Error would leave the transaction open and the
            // segment neither running nor given up.
            throw new ProjectionException(projection, e);
        }
    }

    /** A generation is never emptied: another one is built beside it. */
    @Override
    public boolean supportsReset() {
        return false;
    }

    @Override
    public void handleError(ErrorContext context) throws Exception {
        if (!(context.error() instanceof UnableToClaimTokenException)) {
            String eventId = context.failedEvents().getFirst().getIdentifier();
            failure.set(new Failure(eventId, context.error(), System.nanoTime()));
        }
        PropagatingErrorHandler.instance().handleError(context);
    }

    private void recovered(List<LoggedEvent> batch) {
        failure.updateAndGet(
                last ->
                        last != null
                                        && batch.stream()
                                                .anyMatch(it -> it.eventId().equals(last.eventId()))
                                ? null
                                : last);
    }

    /**
     * The last failure whose events have not been applied since. Another instance may have applied
     * them: where nothing has failed for long, this one does not work on them any more.
     */
    @Nullable Throwable failure() {
        Failure last = failure.get();
        return last == null || System.nanoTime() - last.nanos() > REMEMBERED.toNanos()
                ? null
                : last.cause();
    }
}
