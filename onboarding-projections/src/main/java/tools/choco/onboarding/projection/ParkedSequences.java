package tools.choco.onboarding.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * What can be done about the parked sequences of generations. Each act is one transaction, alone
 * with its generation.
 *
 * <p>Every method throws {@link QueryFailed} if the database fails; nothing is changed then.
 */
public final class ParkedSequences {

    /** Finds single events. */
    @FunctionalInterface
    public interface Log {
        /** The event at that position, which must be there. */
        LoggedEvent at(long position);
    }

    /** What came of an act. */
    public enum Outcome {
        /** There is no such letter any more. */
        GONE,
        /** The letter waits behind another, which comes first. */
        WAITS,
        /** The sequence goes on: nothing of it is parked any more. */
        GOES_ON,
        /** The sequence is still parked; its first letter says why. */
        STAYS
    }

    private final DataSource dataSource;
    private final Log log;

    public ParkedSequences(DataSource dataSource, Log log) {
        this.dataSource = dataSource;
        this.log = log;
    }

    /**
     * Applies the parked events of a letter's sequence, in order, until one fails; what was applied
     * is no letter any more.
     *
     * @param generation a generation that the projection made
     * @param letterId any letter of the sequence
     */
    public Outcome retry(Projection projection, Generation generation, long letterId) {
        return inTurn(
                generation,
                connection -> {
                    Optional<Letters.Letter> letter =
                            Letters.find(connection, generation, letterId);
                    return letter.isEmpty()
                            ? Outcome.GONE
                            : retry(connection, projection, generation, letter.get());
                });
    }

    /**
     * Leaves a parked event out for good, and applies those behind it as {@link #retry} does. Where
     * the read model cannot do without that event, the later ones of its session or site are passed
     * over as well.
     *
     * @param letterId the first letter of its sequence
     */
    public Outcome discard(Projection projection, Generation generation, long letterId) {
        return inTurn(
                generation,
                connection -> {
                    Optional<Letters.Letter> found = Letters.find(connection, generation, letterId);
                    if (found.isEmpty()) {
                        return Outcome.GONE;
                    }
                    Letters.Letter letter = found.get();
                    if (!Letters.of(connection, generation, letter.sequenceKey())
                            .getFirst()
                            .equals(letter)) {
                        return Outcome.WAITS;
                    }
                    if (projection.passOver(connection, log.at(letter.position()))) {
                        Letters.remove(connection, letter.id());
                    } else {
                        Letters.leaveOut(connection, letter.id());
                    }
                    return retry(connection, projection, generation, letter);
                });
    }

    private Outcome retry(
            Connection connection,
            Projection projection,
            Generation generation,
            Letters.Letter letter)
            throws SQLException {
        Parking parking = new Parking(projection, generation);
        for (Letters.Letter parked : Letters.of(connection, generation, letter.sequenceKey())) {
            LoggedEvent event = log.at(parked.position());
            if (!Letters.held(connection, generation, List.of(event)).isLeftOut(event)) {
                Throwable failure = parking.attempt(connection, List.of(event));
                if (failure != null) {
                    Letters.failedAgain(connection, parked.id(), failure);
                    return Outcome.STAYS;
                }
            }
            Letters.remove(connection, parked.id());
        }
        return Outcome.GOES_ON;
    }

    @FunctionalInterface
    private interface Work {
        Outcome with(Connection connection) throws SQLException;
    }

    private Outcome inTurn(Generation generation, Work work) {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                Appliers.halt(connection, List.of(generation));
                SearchPath.set(connection, generation);
                Outcome outcome = work.with(connection);
                connection.commit();
                return outcome;
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new QueryFailed(e);
        }
    }
}
