package tools.choco.onboarding.deadletter;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.projection.Poison;
import tools.choco.onboarding.transaction.Transactions;

/**
 * The table {@code dead_letters}: those of saga and policy, which are parked through it, and those
 * of the read models, which park theirs themselves.
 */
public final class DeadLetters {

    private final Transactions transactions;
    private final Clock clock;

    public DeadLetters(Transactions transactions, Clock clock) {
        this.transactions = transactions;
        this.clock = clock;
    }

    /** The letter of that number. */
    public Optional<DeadLetter> find(long id) {
        return transactions
                .jdbc()
                .sql("SELECT * FROM dead_letters WHERE id = ? AND NOT left_out")
                .param(id)
                .query(DeadLetters::letter)
                .optional();
    }

    /** The letters that others wait behind, each the first of its sequence. */
    public record Filter(
            @Nullable String processor, @Nullable String sessionId, @Nullable String cause) {

        /** The condition that an SQL statement has, with named parameters. */
        private static final String CONDITION =
                """
                cause IS NOT NULL AND NOT left_out
                    AND (:processor::text IS NULL OR processor = :processor)
                    AND (:session::text IS NULL OR session_id = :session)
                    AND (:cause::text IS NULL OR cause = :cause
                        OR right(cause, length(:cause) + 1) = '.' || :cause)
                """;

        private Map<String, @Nullable Object> parameters() {
            Map<String, @Nullable Object> parameters = new HashMap<>();
            parameters.put("processor", processor);
            parameters.put("session", sessionId);
            parameters.put("cause", cause);
            return parameters;
        }
    }

    /**
     * A parked sequence.
     *
     * @param first the event that failed
     * @param events how many events of it are parked, the first included
     */
    public record Sequence(DeadLetter first, long events) {}

    /** Parked sequences in the order of parking, after the one whose first letter has that id. */
    public List<Sequence> sequences(Filter filter, long after, int limit) {
        return transactions
                .jdbc()
                .sql(
                        """
                        SELECT *, (SELECT count(*) FROM dead_letters of_it
                            WHERE of_it.processor = first.processor
                                AND of_it.sequence_key = first.sequence_key
                                AND NOT of_it.left_out) AS events
                        FROM dead_letters first
                        WHERE id > :after AND %s ORDER BY id LIMIT :limit"""
                                .formatted(Filter.CONDITION))
                .params(filter.parameters())
                .param("after", after)
                .param("limit", limit)
                .query((row, number) -> new Sequence(letter(row, number), row.getLong("events")))
                .list();
    }

    /** How many parked sequences a filter matches. */
    public long count(Filter filter) {
        return transactions
                .jdbc()
                .sql("SELECT count(*) FROM dead_letters WHERE " + Filter.CONDITION)
                .params(filter.parameters())
                .query(Long.class)
                .single();
    }

    /** Forgets what failures have said about some sessions and sites; the letters stay. */
    public void forget(Collection<String> ids) {
        transactions
                .jdbc()
                .sql(
                        """
                        UPDATE dead_letters SET message = NULL
                        WHERE session_id = ANY (:ids) OR sequence_key = ANY (:ids)""")
                .param("ids", ids.toArray(String[]::new))
                .update();
    }

    /** The letters of a sequence, in the order of the log. */
    public List<DeadLetter> of(String processor, String sequenceKey) {
        return transactions
                .jdbc()
                .sql(
                        """
                        SELECT * FROM dead_letters
                        WHERE processor = ? AND sequence_key = ? AND NOT left_out
                        ORDER BY position""")
                .params(processor, sequenceKey)
                .query(DeadLetters::letter)
                .list();
    }

    /** How many sequences of a processor are parked. */
    public long sequences(String processor) {
        return transactions
                .jdbc()
                .sql(
                        "SELECT count(DISTINCT sequence_key) FROM dead_letters"
                                + " WHERE processor = ? AND NOT left_out")
                .param(processor)
                .query(Long.class)
                .single();
    }

    /** Waits until nobody else works on the sequence; until the transaction ends. */
    void takeTurn(String processor, String sequenceKey) {
        transactions.takeTurn("dead-letters/" + processor, sequenceKey);
    }

    boolean isParked(String processor, String sequenceKey) {
        return transactions
                .jdbc()
                .sql(
                        """
                        SELECT EXISTS (SELECT FROM dead_letters
                            WHERE processor = ? AND sequence_key = ?)""")
                .params(processor, sequenceKey)
                .query(Boolean.class)
                .single();
    }

    /**
     * Parks an event; one that is parked already stays as it is.
     *
     * @param failure why; null if it waits behind another
     */
    void park(
            String processor,
            String sequenceKey,
            @Nullable String sessionId,
            long position,
            String eventId,
            String eventType,
            @Nullable Throwable failure) {
        transactions
                .jdbc()
                .sql(
                        """
                        INSERT INTO dead_letters (processor, sequence_key, session_id,
                            aggregate_id, position, event_id, event_type, cause, message, tries,
                            parked_at)
                        VALUES (:processor, :sequence, :session, :sequence, :position, :event,
                            :type, :cause, :message, :tries, :now)
                        ON CONFLICT (processor, event_id) DO NOTHING""")
                .param("processor", processor)
                .param("sequence", sequenceKey)
                .param("session", sessionId)
                .param("position", position)
                .param("event", UUID.fromString(eventId))
                .param("type", eventType)
                .param("cause", failure == null ? null : Poison.cause(failure))
                .param("message", failure == null ? null : Poison.message(failure))
                .param("tries", failure == null ? 0 : 1)
                .param("now", Timestamp.from(EventTime.now(clock)))
                .update();
    }

    /** Notes that a letter failed once more. */
    void failedAgain(long id, Throwable failure) {
        transactions
                .jdbc()
                .sql(
                        """
                        UPDATE dead_letters SET cause = ?, message = ?, tries = tries + 1,
                            last_tried_at = ?
                        WHERE id = ?""")
                .params(
                        Poison.cause(failure),
                        Poison.message(failure),
                        Timestamp.from(EventTime.now(clock)),
                        id)
                .update();
    }

    void remove(long id) {
        transactions.jdbc().sql("DELETE FROM dead_letters WHERE id = ?").param(id).update();
    }

    private static DeadLetter letter(ResultSet row, int number) throws SQLException {
        Timestamp triedAt = row.getTimestamp("last_tried_at");
        return new DeadLetter(
                row.getLong("id"),
                row.getString("processor"),
                row.getString("sequence_key"),
                row.getString("session_id"),
                row.getLong("position"),
                row.getString("event_id"),
                row.getString("event_type"),
                row.getString("cause"),
                row.getString("message"),
                row.getInt("tries"),
                row.getTimestamp("parked_at").toInstant(),
                triedAt == null ? null : triedAt.toInstant());
    }
}
