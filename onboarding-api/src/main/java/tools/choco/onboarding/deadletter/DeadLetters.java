package tools.choco.onboarding.deadletter;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.transaction.Transactions;

/** The table {@code dead_letters}. */
public final class DeadLetters {

    private static final int MESSAGE_LENGTH_MAX = 500;

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
                .sql("SELECT * FROM dead_letters WHERE id = ?")
                .param(id)
                .query(DeadLetters::letter)
                .optional();
    }

    /** Letters in the order of parking, of every processor, after the one of that number. */
    public List<DeadLetter> after(long id, int limit) {
        return transactions
                .jdbc()
                .sql("SELECT * FROM dead_letters WHERE id > ? ORDER BY id LIMIT ?")
                .params(id, limit)
                .query(DeadLetters::letter)
                .list();
    }

    /** The letters of a sequence, in the order of the log. */
    public List<DeadLetter> of(String processor, String sequenceKey) {
        return transactions
                .jdbc()
                .sql(
                        """
                        SELECT * FROM dead_letters WHERE processor = ? AND sequence_key = ?
                        ORDER BY position""")
                .params(processor, sequenceKey)
                .query(DeadLetters::letter)
                .list();
    }

    /** How many sequences of a processor are parked. */
    public long sequences(String processor) {
        return transactions
                .jdbc()
                .sql("SELECT count(DISTINCT sequence_key) FROM dead_letters WHERE processor = ?")
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
            long position,
            String eventId,
            String eventType,
            @Nullable Throwable failure) {
        transactions
                .jdbc()
                .sql(
                        """
                        INSERT INTO dead_letters (processor, sequence_key, position, event_id,
                            event_type, cause, message, parked_at)
                        VALUES (:processor, :sequence, :position, :event, :type, :cause, :message,
                            :now)
                        ON CONFLICT (processor, event_id) DO NOTHING""")
                .param("processor", processor)
                .param("sequence", sequenceKey)
                .param("position", position)
                .param("event", UUID.fromString(eventId))
                .param("type", eventType)
                .param("cause", failure == null ? null : failure.getClass().getName())
                .param("message", failure == null ? null : messageOf(failure))
                .param("now", Timestamp.from(EventTime.now(clock)))
                .update();
    }

    /** Notes that a letter failed once more. */
    void failedAgain(long id, Throwable failure) {
        transactions
                .jdbc()
                .sql("UPDATE dead_letters SET cause = ?, message = ? WHERE id = ?")
                .params(failure.getClass().getName(), messageOf(failure), id)
                .update();
    }

    void remove(long id) {
        transactions.jdbc().sql("DELETE FROM dead_letters WHERE id = ?").param(id).update();
    }

    /** The messages of a failure and its causes, without the traces. */
    private static String messageOf(Throwable failure) {
        StringBuilder text = new StringBuilder();
        int depth = 0;
        for (Throwable cause = failure; cause != null && depth < 5; cause = cause.getCause()) {
            text.append(depth == 0 ? "" : "; ")
                    .append(cause.getClass().getSimpleName())
                    .append(": ")
                    .append(cause.getMessage());
            depth++;
        }
        String stored = text.toString().replace("\0", "");
        return stored.substring(0, Math.min(stored.length(), MESSAGE_LENGTH_MAX));
    }

    private static DeadLetter letter(ResultSet row, int number) throws SQLException {
        return new DeadLetter(
                row.getLong("id"),
                row.getString("processor"),
                row.getString("sequence_key"),
                row.getLong("position"),
                row.getString("event_id"),
                row.getString("event_type"),
                row.getString("cause"),
                row.getString("message"),
                row.getTimestamp("parked_at").toInstant());
    }
}
