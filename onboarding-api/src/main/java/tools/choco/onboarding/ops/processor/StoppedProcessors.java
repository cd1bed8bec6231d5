package tools.choco.onboarding.ops.processor;

import java.sql.Timestamp;
import java.time.Clock;
import java.util.Set;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.transaction.Transactions;

/**
 * The table {@code stopped_processors}: which processors are to rest, on every instance, until an
 * operator starts them again.
 */
public final class StoppedProcessors {

    private final Transactions transactions;
    private final Clock clock;

    public StoppedProcessors(Transactions transactions, Clock clock) {
        this.transactions = transactions;
        this.clock = clock;
    }

    /** Names of the processors that are to rest. */
    public Set<String> names() {
        return transactions
                .jdbc()
                .sql("SELECT processor FROM stopped_processors")
                .query(String.class)
                .set();
    }

    /** A repeat changes nothing. */
    void stop(String processor) {
        transactions
                .jdbc()
                .sql("INSERT INTO stopped_processors VALUES (?, ?) ON CONFLICT DO NOTHING")
                .params(processor, Timestamp.from(EventTime.now(clock)))
                .update();
    }

    /** A repeat changes nothing. */
    void start(String processor) {
        transactions
                .jdbc()
                .sql("DELETE FROM stopped_processors WHERE processor = ?")
                .param(processor)
                .update();
    }
}
