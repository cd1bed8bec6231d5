package tools.choco.onboarding.deadletter;

import com.google.protobuf.Message;
import java.util.Iterator;
import java.util.List;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.Segment;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.WrappedToken;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.serialization.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.transaction.Databases;
import tools.choco.onboarding.transaction.Transactions;

/**
 * Stands before the handlers of a processor and parks what they cannot handle, together with all
 * that follows it in its sequence; a sequence is the events of one aggregate.
 *
 * <p>Each event is handled in a unit of work of its own, whose changes are undone when it fails;
 * the processor's transaction, with its token, then goes on with the letter instead. So the
 * processor has to handle one event a batch. What passes by itself is never parked: it is thrown,
 * and the processor tries again.
 */
public final class ParkingInvoker implements EventHandlerInvoker {

    private static final Logger log = LoggerFactory.getLogger(ParkingInvoker.class);

    private final String processor;
    private final EventHandlerInvoker handlers;
    private final DeadLetters letters;
    private final Transactions transactions;
    private final EventStorageEngine events;

    /**
     * @param processor name of the processor, under which the letters are kept
     * @param events the log, from which parked events are read again
     */
    public ParkingInvoker(
            String processor,
            EventHandlerInvoker handlers,
            DeadLetters letters,
            Transactions transactions,
            EventStorageEngine events) {
        this.processor = processor;
        this.handlers = handlers;
        this.letters = letters;
        this.transactions = transactions;
        this.events = events;
    }

    /** Name of the processor. */
    public String processor() {
        return processor;
    }

    @Override
    public boolean canHandle(EventMessage<?> event, Segment segment) {
        return handlers.canHandle(event, segment);
    }

    @Override
    public boolean canHandleType(Class<?> payloadType) {
        return handlers.canHandleType(payloadType);
    }

    @Override
    public boolean supportsReset() {
        return false;
    }

    @Override
    public void handle(EventMessage<?> message, Segment segment) throws Exception {
        if (!(message instanceof DomainEventMessage<?> event)) {
            throw new IllegalArgumentException(message.getIdentifier() + " is not of the log");
        }
        String sequence = event.getAggregateIdentifier();
        letters.takeTurn(processor, sequence);
        if (letters.isParked(processor, sequence)) {
            park(event, null);
            return;
        }
        transactions.jdbc().sql("SAVEPOINT handling").update();
        try {
            handleAlone(event, segment);
            transactions.jdbc().sql("RELEASE SAVEPOINT handling").update();
        } catch (VirtualMachineError broken) {
            // Axon rolls back on exceptions only.
            throw new IllegalStateException("The process is out of resources", broken);
        } catch (Throwable failure) {
            if (Databases.isPassing(failure)) {
                throw failure instanceof Exception passing
                        ? passing
                        : new IllegalStateException(failure);
            }
            transactions.jdbc().sql("ROLLBACK TO SAVEPOINT handling").update();
            park(event, failure);
            log.error(
                    "{} cannot handle event {} and parks {}",
                    processor,
                    event.getIdentifier(),
                    sequence,
                    failure);
        }
    }

    /**
     * Handles the parked events of a sequence again, in order, until one fails; what was handled is
     * no letter any more. All of it is one transaction.
     *
     * @return whether the sequence goes on; otherwise its first letter says why not
     */
    public boolean retry(String sequenceKey) {
        List<DeadLetter> parked =
                transactions.inside(
                        () -> {
                            letters.takeTurn(processor, sequenceKey);
                            return retryInTurn(sequenceKey);
                        });
        return parked.isEmpty();
    }

    /** Leaves a parked event out for good, and handles those behind it as {@link #retry} does. */
    public boolean discard(DeadLetter letter) {
        List<DeadLetter> parked =
                transactions.inside(
                        () -> {
                            letters.takeTurn(processor, letter.sequenceKey());
                            letters.remove(letter.id());
                            return retryInTurn(letter.sequenceKey());
                        });
        return parked.isEmpty();
    }

    private List<DeadLetter> retryInTurn(String sequenceKey) {
        Iterator<? extends DomainEventMessage<?>> stored =
                events.readEvents(sequenceKey).asStream().iterator();
        for (DeadLetter letter : letters.of(processor, sequenceKey)) {
            transactions.jdbc().sql("SAVEPOINT handling").update();
            try {
                handleAlone(find(letter, stored), Segment.ROOT_SEGMENT);
                letters.remove(letter.id());
                transactions.jdbc().sql("RELEASE SAVEPOINT handling").update();
            } catch (VirtualMachineError broken) {
                throw broken;
            } catch (Throwable failure) {
                if (Databases.isPassing(failure)) {
                    throw new IllegalStateException("The database is away", failure);
                }
                transactions.jdbc().sql("ROLLBACK TO SAVEPOINT handling").update();
                letters.failedAgain(letter.id(), failure);
                break;
            }
        }
        return letters.of(processor, sequenceKey);
    }

    private static DomainEventMessage<?> find(
            DeadLetter letter, Iterator<? extends DomainEventMessage<?>> stored) {
        while (stored.hasNext()) {
            DomainEventMessage<?> event = stored.next();
            if (event.getIdentifier().equals(letter.eventId())) {
                return event;
            }
        }
        throw new IllegalStateException("The log does not have event " + letter.eventId());
    }

    private void handleAlone(DomainEventMessage<?> event, Segment segment) throws Exception {
        UnitOfWork<?> alone = DefaultUnitOfWork.startAndGet(event);
        try {
            handlers.handle(event, segment);
        } catch (Throwable failure) {
            alone.rollback(failure);
            throw failure;
        }
        alone.commit();
    }

    private void park(DomainEventMessage<?> event, @Nullable Throwable failure) {
        letters.park(
                processor,
                event.getAggregateIdentifier(),
                sessionOf(event),
                position(event),
                event.getIdentifier(),
                typeOf(event),
                failure);
    }

    /** Null where the payload cannot be read. */
    private static @Nullable String sessionOf(EventMessage<?> event) {
        try {
            return event.getPayload() instanceof Message payload
                    ? EventFields.sessionId(payload)
                    : null;
        } catch (SerializationException unreadable) {
            return null;
        }
    }

    /** The type as it goes over the wire; the class where the payload cannot be read. */
    private static String typeOf(EventMessage<?> event) {
        return EventType.all().stream()
                .filter(it -> it.defaultInstance().getClass() == event.getPayloadType())
                .map(EventType::wireName)
                .findFirst()
                .orElseGet(() -> event.getPayloadType().getName());
    }

    private static long position(EventMessage<?> event) {
        if (event instanceof TrackedEventMessage<?> tracked) {
            return WrappedToken.unwrap(tracked.trackingToken(), GlobalSequenceTrackingToken.class)
                    .orElseThrow()
                    .getGlobalIndex();
        }
        throw new IllegalArgumentException(event.getIdentifier() + " has no position");
    }
}
