package tools.choco.onboarding.provisioning;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.transaction.Transactions;

/** What was tried for a site, hop by hop: the table {@code hop_attempts}. */
public final class HopAttempts {

    /** Tries kept of one hop of an attempt, the latest. */
    static final int TRIES_KEPT_PER_HOP = 50;

    private static final int ERROR_LENGTH_MAX = 500;

    private final Transactions transactions;
    private final Clock clock;

    public HopAttempts(Transactions transactions, Clock clock) {
        this.transactions = transactions;
        this.clock = clock;
    }

    /** How a try ended. */
    enum Outcome {
        DONE,
        WAITS,
        AGAIN,
        FAILED
    }

    /** A site's tries, in the order in which they began. */
    public List<HopAttempt> of(String siteId) {
        return transactions
                .jdbc()
                .sql(
                        """
                        SELECT * FROM hop_attempts WHERE site_id = ?
                        ORDER BY started_at, attempt, hop, try""")
                .param(UUID.fromString(siteId))
                .query(HopAttempts::attempt)
                .list();
    }

    /** Forgets what hosts have said about a user's sites; the tries stay. */
    public void forgetErrors(String userId) {
        transactions
                .jdbc()
                .sql(
                        """
                        UPDATE hop_attempts SET error = NULL WHERE error IS NOT NULL
                            AND site_id IN (SELECT site_id FROM site_claims WHERE user_id = ?)""")
                .param(userId)
                .update();
    }

    /** Notes that a try begins; returns its number. */
    int begin(HopRun run) {
        UUID site = UUID.fromString(run.siteId());
        int number =
                transactions
                        .jdbc()
                        .sql(
                                """
                                INSERT INTO hop_attempts (site_id, attempt, hop, try, started_at)
                                SELECT :site, :attempt, :hop, coalesce(max(try), 0) + 1, :now
                                FROM hop_attempts
                                WHERE site_id = :site AND attempt = :attempt AND hop = :hop
                                RETURNING try""")
                        .param("site", site)
                        .param("attempt", run.attempt())
                        .param("hop", run.at().wireName())
                        .param("now", now())
                        .query(Integer.class)
                        .single();
        if (number > TRIES_KEPT_PER_HOP) {
            transactions
                    .jdbc()
                    .sql(
                            """
                            DELETE FROM hop_attempts
                            WHERE site_id = ? AND attempt = ? AND hop = ? AND try <= ?""")
                    .params(site, run.attempt(), run.at().wireName(), number - TRIES_KEPT_PER_HOP)
                    .update();
        }
        return number;
    }

    /** Notes how a try ended. */
    void end(
            HopRun run,
            int number,
            Outcome outcome,
            HostingFailure.@Nullable Kind kind,
            @Nullable String error) {
        transactions
                .jdbc()
                .sql(
                        """
                        UPDATE hop_attempts
                        SET ended_at = :now, outcome = :outcome, error_kind = :kind, error = :error
                        WHERE site_id = :site AND attempt = :attempt AND hop = :hop
                            AND try = :try""")
                .param("now", now())
                .param("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .param("kind", kind == null ? null : kind.name().toLowerCase(Locale.ROOT))
                .param("error", error == null ? null : shortened(error))
                .param("site", UUID.fromString(run.siteId()))
                .param("attempt", run.attempt())
                .param("hop", run.at().wireName())
                .param("try", number)
                .update();
    }

    /** Since when the attempt is under way without waiting for anybody. */
    Optional<Instant> underWaySince(HopRun run) {
        return transactions
                .jdbc()
                .sql(
                        """
                        SELECT min(started_at) AS since FROM hop_attempts
                        WHERE site_id = :site AND attempt = :attempt
                            AND started_at > coalesce(
                                (SELECT max(started_at) FROM hop_attempts
                                WHERE site_id = :site AND attempt = :attempt
                                    AND outcome = 'waits'), '-infinity')""")
                .param("site", UUID.fromString(run.siteId()))
                .param("attempt", run.attempt())
                .query((row, number) -> Optional.ofNullable(time(row, "since")))
                .single();
    }

    private Timestamp now() {
        return Timestamp.from(EventTime.now(clock));
    }

    private static String shortened(String error) {
        return error.substring(0, Math.min(error.length(), ERROR_LENGTH_MAX)).replace("\0", "");
    }

    private static HopAttempt attempt(ResultSet row, int number) throws SQLException {
        return new HopAttempt(
                row.getInt("attempt"),
                row.getString("hop"),
                row.getInt("try"),
                row.getTimestamp("started_at").toInstant(),
                time(row, "ended_at"),
                row.getString("outcome"),
                row.getString("error_kind"),
                row.getString("error"));
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }
}
