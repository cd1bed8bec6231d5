package tools.choco.onboarding.webhook;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.projection.Cursor;
import tools.choco.onboarding.transaction.Transactions;

/** The deliveries in the table {@code webhook_deliveries}, one for each event and subscription. */
public final class Deliveries {

    private final Transactions transactions;
    private final WebhookSettings settings;
    private final Clock clock;

    public Deliveries(Transactions transactions, WebhookSettings settings, Clock clock) {
        this.transactions = transactions;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * What is to be sent.
     *
     * @param position position of the event in the log; null for a test
     * @param resends how often it was asked for again
     * @param failures tries that failed since it was made or asked for again
     */
    record Due(
            UUID id,
            UUID eventId,
            @Nullable Long position,
            Instant createdAt,
            int resends,
            int failures,
            Instant deadline) {}

    /**
     * An event that subscriptions may ask for.
     *
     * @param classes everything that it is delivered as
     */
    record Routed(UUID eventId, String eventType, long position, Collection<String> classes) {}

    /**
     * Makes the deliveries of some events, unless they are there already.
     *
     * @return subscriptions that have new ones
     */
    Set<UUID> add(Collection<Routed> events) {
        Instant now = EventTime.now(clock);
        return transactions
                .jdbc()
                .sql(
                        """
                        INSERT INTO webhook_deliveries
                            (delivery_id, webhook_id, event_id, event_type, position, state,
                             created_at, next_attempt_at, deadline_at)
                        SELECT gen_random_uuid(), webhook_id, event_id, event_type, position,
                            'pending', :now, :now, :deadline
                        FROM webhooks JOIN
                            unnest(:events::uuid[], :types::text[], :positions::bigint[],
                                :classes::text[])
                                AS e (event_id, event_type, position, classes)
                            ON from_position < position
                                AND event_types && string_to_array(classes, ' ')
                        ORDER BY position
                        ON CONFLICT (webhook_id, event_id) DO NOTHING
                        RETURNING webhook_id""")
                .param("events", of(events, Routed::eventId, UUID[]::new))
                .param("types", of(events, Routed::eventType, String[]::new))
                .param("positions", of(events, Routed::position, Long[]::new))
                .param("classes", of(events, it -> String.join(" ", it.classes()), String[]::new))
                .param("now", Timestamp.from(now))
                .param("deadline", Timestamp.from(now.plus(settings.retryFor())))
                .query(UUID.class)
                .set();
    }

    private static <T> T[] of(
            Collection<Routed> events, Function<Routed, T> part, IntFunction<T[]> array) {
        return events.stream().map(part).toArray(array);
    }

    /** Makes the delivery of a test event. Empty if nobody subscribed. */
    Optional<UUID> addTest(UUID webhookId) {
        Instant now = EventTime.now(clock);
        return transactions
                .jdbc()
                .sql(
                        """
                        INSERT INTO webhook_deliveries
                            (delivery_id, webhook_id, event_id, event_type, state,
                             created_at, next_attempt_at, deadline_at)
                        SELECT gen_random_uuid(), webhook_id, gen_random_uuid(), :type, 'pending',
                            :now, :now, :deadline
                        FROM webhooks WHERE webhook_id = :webhook
                        RETURNING delivery_id""")
                .param("type", EventBody.TEST)
                .param("now", Timestamp.from(now))
                .param("deadline", Timestamp.from(now.plus(settings.retryFor())))
                .param("webhook", webhookId)
                .query(UUID.class)
                .optional();
    }

    /** Has a delivery sent once more, whatever became of it; says whether it is there. */
    boolean again(UUID webhookId, UUID deliveryId) {
        Instant now = EventTime.now(clock);
        return transactions
                        .jdbc()
                        .sql(
                                """
                                UPDATE webhook_deliveries
                                SET state = 'pending', next_attempt_at = :now,
                                    deadline_at = :deadline, failures = 0, delivered_at = NULL,
                                    resends = resends + 1
                                WHERE webhook_id = :webhook AND delivery_id = :id""")
                        .param("now", Timestamp.from(now))
                        .param("deadline", Timestamp.from(now.plus(settings.retryFor())))
                        .param("webhook", webhookId)
                        .param("id", deliveryId)
                        .update()
                > 0;
    }

    /** What is due, the longest first. */
    List<Due> due(UUID webhookId, int limit) {
        return transactions
                .jdbc()
                .sql(
                        """
                        SELECT * FROM webhook_deliveries
                        WHERE webhook_id = ? AND state = 'pending' AND next_attempt_at <= ?
                        ORDER BY next_attempt_at, position LIMIT ?""")
                .params(webhookId, Timestamp.from(clock.instant()), limit)
                .query(
                        (row, number) ->
                                new Due(
                                        row.getObject("delivery_id", UUID.class),
                                        row.getObject("event_id", UUID.class),
                                        row.getObject("position", Long.class),
                                        row.getTimestamp("created_at").toInstant(),
                                        row.getInt("resends"),
                                        row.getInt("failures"),
                                        row.getTimestamp("deadline_at").toInstant()))
                .list();
    }

    /** How long until the next is due, at least nothing; empty if none is pending. */
    Optional<Duration> untilNext(UUID webhookId) {
        return transactions
                .jdbc()
                .sql(
                        """
                        SELECT next_attempt_at FROM webhook_deliveries
                        WHERE webhook_id = ? AND state = 'pending'
                        ORDER BY next_attempt_at LIMIT 1""")
                .param(webhookId)
                .query(Timestamp.class)
                .optional()
                .map(next -> Duration.between(clock.instant(), next.toInstant()))
                .map(wait -> wait.isNegative() ? Duration.ZERO : wait);
    }

    /** The receiver took it. */
    void delivered(UUID webhookId, Due due, @Nullable Integer status) {
        Timestamp now = Timestamp.from(EventTime.now(clock));
        transactions.inside(
                () -> {
                    // The subscription first, as whoever deletes it does.
                    transactions
                            .jdbc()
                            .sql(
                                    """
                                    UPDATE webhooks
                                    SET failing_since = NULL, consecutive_failures = 0,
                                        last_error = NULL, last_delivered_at = ?
                                    WHERE webhook_id = ?""")
                            .params(now, webhookId)
                            .update();
                    tried(due, now, status, null);
                    transactions
                            .jdbc()
                            .sql(
                                    """
                                    UPDATE webhook_deliveries
                                    SET state = 'delivered', next_attempt_at = NULL,
                                        delivered_at = ?
                                    WHERE delivery_id = ? AND resends = ?""")
                            .params(now, due.id(), due.resends())
                            .update();
                });
    }

    /**
     * A try failed.
     *
     * @param pause pause before the next
     * @return whether the delivery is given up: the next would be too late
     */
    boolean failed(UUID webhookId, Due due, Sender.Result result, Duration pause) {
        Instant now = EventTime.now(clock);
        Instant next = now.plus(pause);
        boolean parked = next.isAfter(due.deadline());
        transactions.inside(
                () -> {
                    transactions
                            .jdbc()
                            .sql(
                                    """
                                    UPDATE webhooks
                                    SET failing_since = coalesce(failing_since, ?),
                                        consecutive_failures = consecutive_failures + 1,
                                        last_error = ?
                                    WHERE webhook_id = ?""")
                            .param(Timestamp.from(now))
                            .param(result.error())
                            .param(webhookId)
                            .update();
                    tried(due, Timestamp.from(now), result.status(), result.error());
                    transactions
                            .jdbc()
                            .sql(
                                    """
                                    UPDATE webhook_deliveries
                                    SET state = ?, next_attempt_at = ?, failures = failures + 1
                                    WHERE delivery_id = ? AND resends = ?""")
                            .param((parked ? Delivery.State.PARKED : Delivery.State.PENDING).word())
                            .param(parked ? null : Timestamp.from(next))
                            .param(due.id())
                            .param(due.resends())
                            .update();
                });
        return parked;
    }

    private void tried(Due due, Timestamp now, @Nullable Integer status, @Nullable String error) {
        transactions
                .jdbc()
                .sql(
                        """
                        UPDATE webhook_deliveries
                        SET attempts = attempts + 1, last_attempt_at = ?, last_status = ?,
                            last_error = ?
                        WHERE delivery_id = ?""")
                .param(now)
                .param(status)
                .param(error)
                .param(due.id())
                .update();
    }

    /** A delivery; empty if the subscription has no such. */
    public Optional<Delivery> find(UUID webhookId, UUID deliveryId) {
        return transactions
                .jdbc()
                .sql("SELECT * FROM webhook_deliveries WHERE webhook_id = ? AND delivery_id = ?")
                .params(webhookId, deliveryId)
                .query(Deliveries::delivery)
                .optional();
    }

    /**
     * Deliveries of a subscription, the latest first.
     *
     * @param state only those in that state; null for all
     */
    public List<Delivery> list(
            UUID webhookId, Delivery.@Nullable State state, @Nullable Cursor after, int limit) {
        return transactions
                .jdbc()
                .sql(
                        """
                        SELECT * FROM webhook_deliveries
                        WHERE webhook_id = :webhook AND (:state::text IS NULL OR state = :state)
                            AND (:at::timestamptz IS NULL OR (created_at, delivery_id) < (:at, :id))
                        ORDER BY created_at DESC, delivery_id DESC LIMIT :limit""")
                .param("webhook", webhookId)
                .param("state", state == null ? null : state.word())
                .param("at", after == null ? null : Timestamp.from(after.at()))
                .param("id", after == null ? webhookId : UUID.fromString(after.id()))
                .param("limit", limit)
                .query(Deliveries::delivery)
                .list();
    }

    /** Forgets deliveries that succeeded long ago, so many at most; returns how many. */
    int forgetDelivered(int limit) {
        return transactions
                .jdbc()
                .sql(
                        """
                        DELETE FROM webhook_deliveries WHERE delivery_id IN (
                            SELECT delivery_id FROM webhook_deliveries
                            WHERE state = 'delivered' AND delivered_at < ? LIMIT ?)""")
                .params(Timestamp.from(clock.instant().minus(settings.deliveredKept())), limit)
                .update();
    }

    /** How many deliveries were given up. */
    public long parked() {
        return count("SELECT count(*) FROM webhook_deliveries WHERE state = 'parked'");
    }

    /** How many deliveries wait for a try, the first or another. */
    public long pending() {
        return count("SELECT count(*) FROM webhook_deliveries WHERE state = 'pending'");
    }

    /** How many subscriptions fail at present. */
    public long failingWebhooks() {
        return count("SELECT count(*) FROM webhooks WHERE failing_since IS NOT NULL");
    }

    /** Age of the oldest delivery that waits for a try; zero if none does. */
    public Duration oldestPending() {
        return transactions
                .jdbc()
                .sql(
                        """
                        SELECT created_at FROM webhook_deliveries WHERE state = 'pending'
                        ORDER BY created_at LIMIT 1""")
                .query(Timestamp.class)
                .optional()
                .map(oldest -> Duration.between(oldest.toInstant(), clock.instant()))
                .orElse(Duration.ZERO);
    }

    private long count(String sql) {
        return transactions.jdbc().sql(sql).query(Long.class).single();
    }

    private static Delivery delivery(ResultSet row, int number) throws SQLException {
        return new Delivery(
                row.getObject("delivery_id", UUID.class),
                row.getObject("event_id", UUID.class),
                row.getString("event_type"),
                Delivery.State.of(row.getString("state")),
                row.getInt("attempts"),
                row.getTimestamp("created_at").toInstant(),
                instant(row, "next_attempt_at"),
                instant(row, "last_attempt_at"),
                row.getObject("last_status", Integer.class),
                row.getString("last_error"),
                instant(row, "delivered_at"));
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }
}
