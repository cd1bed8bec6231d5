package tools.choco.onboarding.eventlog;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.axonframework.eventsourcing.eventstore.EventStoreException;

/** Events of one unit of work on their way into the log: all of them or none. */
final class Append {

    /** An event, ready to be stored. */
    record Row(
            UUID eventId,
            UUID aggregateId,
            long sequence,
            EventKind kind,
            Instant time,
            byte[] payload,
            byte[] metaData) {}

    private enum State {
        /** Waits for the writer; nothing has been sent. */
        QUEUED,
        /** With the writer. */
        TAKEN,
        /** Its caller has gone: before the writer took it, it is not stored. */
        LEFT
    }

    private final List<Row> rows;
    private final Map<UUID, Long> firstSequences = new LinkedHashMap<>();
    private final int bytes;
    private final long deadline;
    private final AtomicReference<State> state = new AtomicReference<>(State.QUEUED);
    private final CompletableFuture<Void> outcome = new CompletableFuture<>();

    /** A commit of it was sent and not answered. */
    private volatile boolean uncertain;

    /**
     * @throws EventStoreException if an aggregate's sequence numbers do not follow each other
     */
    Append(List<Row> rows, Duration timeout) {
        this.rows = rows;
        deadline = System.nanoTime() + timeout.toNanos();
        var next = new LinkedHashMap<UUID, Long>();
        int sum = 0;
        for (var row : rows) {
            firstSequences.putIfAbsent(row.aggregateId(), row.sequence());
            var expected = next.put(row.aggregateId(), row.sequence() + 1);
            if (expected != null && expected != row.sequence()) {
                throw new EventStoreException(
                        "Sequence numbers within an append follow each other, not so at %s, %d"
                                .formatted(row.aggregateId(), row.sequence()));
            }
            sum += row.payload().length + row.metaData().length;
        }
        bytes = sum;
    }

    List<Row> rows() {
        return rows;
    }

    /** The first sequence number of each aggregate it touches. */
    Map<UUID, Long> firstSequences() {
        return firstSequences;
    }

    int bytes() {
        return bytes;
    }

    long nanosLeft() {
        return deadline - System.nanoTime();
    }

    /** Completed by the writer, once and whatever happens. */
    CompletableFuture<Void> outcome() {
        return outcome;
    }

    /** By the writer: whether the caller still wants it. */
    boolean take() {
        return state.compareAndSet(State.QUEUED, State.TAKEN);
    }

    /** By the caller: whether it could be withdrawn, so that nothing of it will be stored. */
    boolean withdraw() {
        return state.compareAndSet(State.QUEUED, State.LEFT);
    }

    /** By the caller, who waits no longer. */
    void leave() {
        state.set(State.LEFT);
    }

    /** Whether nobody waits for it any more. */
    boolean isOver() {
        return state.get() == State.LEFT || nanosLeft() <= 0;
    }

    boolean isUncertain() {
        return uncertain;
    }

    void becomeUncertain() {
        uncertain = true;
    }

    /** The places it asks for, as messages name them. */
    @Override
    public String toString() {
        return firstSequences.entrySet().stream()
                .map(first -> "%s from %d".formatted(first.getKey(), first.getValue()))
                .collect(Collectors.joining(", "));
    }
}
