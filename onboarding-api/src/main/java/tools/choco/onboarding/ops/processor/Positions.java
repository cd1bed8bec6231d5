package tools.choco.onboarding.ops.processor;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventhandling.WrappedToken;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.SimpleSerializedType;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.eventlog.LogReader;
import tools.choco.onboarding.launch.Instance;
import tools.choco.onboarding.relay.RelayHint;
import tools.choco.onboarding.transaction.Transactions;

/** Where processors are, as every instance can see it: their tokens, and the log itself. */
public final class Positions {

    private final Transactions transactions;
    private final Serializer serializer;
    private final LogReader log;

    /**
     * @param serializer that of the tokens
     */
    public Positions(Transactions transactions, Serializer serializer, LogReader log) {
        this.transactions = transactions;
        this.serializer = serializer;
        this.log = log;
    }

    /**
     * A segment as its token says.
     *
     * @param owner process that has claimed it; null if none has
     * @param touchedAt when the claim was last renewed
     * @param position log position of the last event taken, as last stored
     */
    record Stored(
            String processor,
            int segment,
            @Nullable String owner,
            Instant touchedAt,
            long position) {

        boolean isClaimed(Instant now, Duration claimTimeout) {
            return owner != null && touchedAt.plus(claimTimeout).isAfter(now);
        }
    }

    /** The segments of every processor, by its name. */
    Map<String, List<Stored>> segments() {
        return transactions
                .jdbc()
                .sql(
                        """
                        SELECT * FROM token_entry WHERE processor_name <> ?
                        ORDER BY processor_name, segment""")
                .param(RelayHint.NAME)
                .query(this::stored)
                .list()
                .stream()
                .collect(Collectors.groupingBy(Stored::processor));
    }

    /** Names of the sessions of every instance that is connected. */
    Set<String> instances() {
        return transactions
                .jdbc()
                .sql(
                        """
                        SELECT DISTINCT application_name FROM pg_stat_activity
                        WHERE datname = current_database() AND application_name LIKE ?""")
                .param(Instance.session("%"))
                .query(String.class)
                .set();
    }

    /** The position of the last event; 0 if there is none. */
    long head() {
        return log.head();
    }

    /** When the first event after a position was appended; empty if there is none. */
    Optional<Instant> timeAfter(long position) {
        List<Instant> times = new ArrayList<>(1);
        log.read(position, position + 1, 1, rows -> times.add(rows.getFirst().time()));
        return times.stream().findFirst();
    }

    private Stored stored(ResultSet row, int number) throws SQLException {
        byte[] token = row.getBytes("token");
        return new Stored(
                row.getString("processor_name"),
                row.getInt("segment"),
                row.getString("owner"),
                Instant.parse(row.getString("time_stamp")),
                token == null ? 0 : position(token, row.getString("token_type")));
    }

    private long position(byte[] token, String type) {
        TrackingToken read =
                serializer.deserialize(
                        new SimpleSerializedObject<>(
                                token, byte[].class, new SimpleSerializedType(type, null)));
        return WrappedToken.unwrap(read, GlobalSequenceTrackingToken.class)
                .map(GlobalSequenceTrackingToken::getGlobalIndex)
                .orElse(0L);
    }
}
