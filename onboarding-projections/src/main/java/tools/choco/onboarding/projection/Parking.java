package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies batches to a generation, and parks what cannot be applied, together with all that follows
 * it in its sequence; a sequence is the events of one session and its sites.
 *
 * <p>A batch that fails is undone and halved until the events that are to blame stand alone; the
 * rest is applied, all in the caller's transaction. A failure of the database is nobody's fault: it
 * is thrown, and the batch comes again.
 */
final class Parking {

    /**
     * Sequences that a generation parks at most. Beyond that it is the read model that is broken,
     * not the events, and it stops rather than park everybody.
     */
    static final int SEQUENCES_MAX = 1_000;

    private static final Logger log = LoggerFactory.getLogger(Parking.class);

    private final Projection projection;
    private final Generation generation;

    Parking(Projection projection, Generation generation) {
        this.projection = projection;
        this.generation = generation;
    }

    /**
     * Applies a batch, in the order of the log, for whoever has {@link Appliers#join joined}.
     *
     * @throws IllegalStateException if too many sequences are parked
     */
    void apply(Connection connection, List<LoggedEvent> events) throws SQLException {
        Letters.Held held = Letters.held(connection, generation, events);
        List<LoggedEvent> waiting = new ArrayList<>();
        applyOrPark(
                connection,
                events.stream().filter(event -> !held.isLeftOut(event)).toList(),
                held,
                waiting);
        Letters.park(connection, generation, waiting, null);
    }

    private void applyOrPark(
            Connection connection,
            List<LoggedEvent> events,
            Letters.Held held,
            List<LoggedEvent> waiting)
            throws SQLException {
        List<LoggedEvent> free = new ArrayList<>();
        for (LoggedEvent event : events) {
            (held.isParked(event) ? waiting : free).add(event);
        }
        if (free.isEmpty()) {
            return;
        }
        Throwable failure = attempt(connection, free);
        if (failure == null) {
            return;
        }
        if (free.size() == 1) {
            park(connection, free.getFirst(), failure);
            held.park(free.getFirst());
            return;
        }
        int half = free.size() / 2;
        applyOrPark(connection, free.subList(0, half), held, waiting);
        applyOrPark(connection, free.subList(half, free.size()), held, waiting);
    }

    private void park(Connection connection, LoggedEvent event, Throwable failure)
            throws SQLException {
        if (Letters.parkedSequences(connection, generation) >= SEQUENCES_MAX) {
            throw new IllegalStateException(
                    "%s has parked %d sequences and parks no more"
                            .formatted(generation, SEQUENCES_MAX),
                    failure);
        }
        log.error(
                "{} cannot apply event {} and parks {}",
                generation,
                event.eventId(),
                Letters.sequenceOf(event),
                failure);
        Letters.park(connection, generation, List.of(event), failure);
    }

    /**
     * Applies events, or changes nothing.
     *
     * @return why one of them cannot be applied; null if all were
     */
    @Nullable Throwable attempt(Connection connection, List<LoggedEvent> events)
            throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            projection.apply(connection, events);
            connection.releaseSavepoint(before);
            return null;
        } catch (Throwable failure) {
            if (!Poison.is(failure)) {
                throw failure;
            }
            connection.rollback(before);
            connection.releaseSavepoint(before);
            return failure;
        }
    }
}
