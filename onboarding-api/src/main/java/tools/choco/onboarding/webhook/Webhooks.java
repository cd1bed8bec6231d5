package tools.choco.onboarding.webhook;

import java.net.URI;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.keys.PostgresAnswerVault;
import tools.choco.onboarding.keys.SealedSecret;
import tools.choco.onboarding.keys.WebhookSigning;
import tools.choco.onboarding.projection.Cursor;
import tools.choco.onboarding.transaction.Transactions;

/** The subscriptions in the table {@code webhooks}, and their keys in {@code webhook_keys}. */
public final class Webhooks {

    private static final String USE = "webhook-key";

    /** Keys that sign at once; the oldest gives way. */
    private static final int KEYS_MAX = 4;

    private static final String SELECT =
            """
            SELECT webhooks.*,
                (SELECT count(*) FROM webhook_deliveries d
                 WHERE d.webhook_id = webhooks.webhook_id AND state = 'pending') AS pending,
                (SELECT count(*) FROM webhook_deliveries d
                 WHERE d.webhook_id = webhooks.webhook_id AND state = 'parked') AS parked
            FROM webhooks
            """;

    private final Transactions transactions;
    private final PostgresAnswerVault vault;
    private final LongSupplier head;
    private final WebhookSettings settings;
    private final UrlRule urls;
    private final Clock clock;

    /**
     * @param head position of the last event of the log
     */
    public Webhooks(
            Transactions transactions,
            PostgresAnswerVault vault,
            LongSupplier head,
            WebhookSettings settings,
            Clock clock) {
        this.transactions = transactions;
        this.vault = vault;
        this.head = head;
        this.settings = settings;
        this.urls = new UrlRule(settings.ports(), settings.loopbackAllowed());
        this.clock = clock;
    }

    /**
     * A subscription that was just made.
     *
     * @param id its id
     * @param secret the key that signs; it is not shown again
     */
    public record Made(UUID id, String secret) {}

    /**
     * Subscribes to what is appended to the log from now on.
     *
     * @param eventTypes known types and classes of events
     * @return empty if there are too many subscriptions
     * @throws RefusedUrl if nothing may be delivered there
     */
    public Optional<Made> create(String url, List<String> eventTypes, String description)
            throws RefusedUrl {
        URI address = urls.check(url);
        UUID id = UUID.randomUUID();
        String secret = WebhookSigning.newSecret();
        long from = head.getAsLong();
        boolean stored =
                transactions.inside(
                        () -> {
                            transactions.takeTurn("webhooks", "");
                            if (count() >= settings.webhooksMax()) {
                                return false;
                            }
                            transactions
                                    .jdbc()
                                    .sql(
                                            """
                                            INSERT INTO webhooks
                                                (webhook_id, url, event_types, description,
                                                 created_at, from_position)
                                            VALUES (?, ?, ?, ?, ?, ?)""")
                                    .params(
                                            id,
                                            address.toString(),
                                            eventTypes.stream().distinct().toArray(String[]::new),
                                            description,
                                            Timestamp.from(EventTime.now(clock)),
                                            from)
                                    .update();
                            addKey(id, secret);
                            return true;
                        });
        return stored ? Optional.of(new Made(id, secret)) : Optional.empty();
    }

    /** A subscription; empty if there is none. */
    public Optional<Webhook> find(UUID id) {
        return transactions
                .jdbc()
                .sql(SELECT + "WHERE webhook_id = ?")
                .param(id)
                .query(Webhooks::webhook)
                .optional();
    }

    /** Subscriptions, the oldest first. */
    public List<Webhook> list(@Nullable Cursor after, int limit) {
        return transactions
                .jdbc()
                .sql(
                        SELECT
                                + """
                                WHERE (created_at, webhook_id) > (?, ?)
                                ORDER BY created_at, webhook_id LIMIT ?""")
                .params(
                        Timestamp.from(after == null ? Instant.EPOCH : after.at()),
                        after == null ? new UUID(0, 0) : UUID.fromString(after.id()),
                        limit)
                .query(Webhooks::webhook)
                .list();
    }

    /** Forgets a subscription with its deliveries and keys; says whether it was there. */
    public boolean delete(UUID id) {
        int deleted =
                transactions
                        .jdbc()
                        .sql("DELETE FROM webhooks WHERE webhook_id = ?")
                        .param(id)
                        .update();
        vault.destroy(owner(id));
        return deleted > 0;
    }

    /**
     * A new key, and until when the others sign beside it.
     *
     * @param secret it is not shown again
     */
    public record Rotated(String secret, Instant oldKeysValidUntil) {}

    /** Makes a new key; the one before goes on signing for a while. Empty if nobody subscribed. */
    public Optional<Rotated> rotate(UUID id) {
        Instant until = EventTime.now(clock).plus(settings.oldKeyValid());
        String secret = WebhookSigning.newSecret();
        boolean there =
                transactions.inside(
                        () -> {
                            if (!lock(id)) {
                                return false;
                            }
                            transactions
                                    .jdbc()
                                    .sql(
                                            """
                                            UPDATE webhook_keys SET expires_at = ?
                                            WHERE webhook_id = ? AND expires_at IS NULL""")
                                    .params(Timestamp.from(until), id)
                                    .update();
                            int number = addKey(id, secret);
                            transactions
                                    .jdbc()
                                    .sql(
                                            """
                                            DELETE FROM webhook_keys
                                            WHERE webhook_id = ? AND (expires_at <= ? OR number <= ?)""")
                                    .params(
                                            id,
                                            Timestamp.from(EventTime.now(clock)),
                                            number - KEYS_MAX)
                                    .update();
                            return true;
                        });
        return there ? Optional.of(new Rotated(secret, until)) : Optional.empty();
    }

    /** What is needed to deliver. */
    record Target(String url, List<String> secrets) {}

    /** Where deliveries go, and every key that signs, the latest first; empty if it is gone. */
    Optional<Target> target(UUID id) {
        List<String> secrets =
                transactions
                        .jdbc()
                        .sql(
                                """
                                SELECT * FROM webhook_keys
                                WHERE webhook_id = ? AND (expires_at IS NULL OR expires_at > ?)
                                ORDER BY number DESC""")
                        .params(id, Timestamp.from(clock.instant()))
                        .query((row, number) -> secretOf(row))
                        .list()
                        .stream()
                        .flatMap(secret -> vault.openSecret(owner(id), USE, secret).stream())
                        .toList();
        return transactions
                .jdbc()
                .sql("SELECT url FROM webhooks WHERE webhook_id = ?")
                .param(id)
                .query(String.class)
                .optional()
                .filter(url -> !secrets.isEmpty())
                .map(url -> new Target(url, secrets));
    }

    private long count() {
        return transactions.jdbc().sql("SELECT count(*) FROM webhooks").query(Long.class).single();
    }

    private boolean lock(UUID id) {
        return transactions
                .jdbc()
                .sql("SELECT webhook_id FROM webhooks WHERE webhook_id = ? FOR UPDATE")
                .param(id)
                .query(UUID.class)
                .optional()
                .isPresent();
    }

    private int addKey(UUID id, String secret) {
        SealedSecret sealed = vault.sealSecret(owner(id), USE, secret);
        return transactions
                .jdbc()
                .sql(
                        """
                        INSERT INTO webhook_keys
                            (webhook_id, number, key_id, nonce, ciphertext, created_at)
                        SELECT :id, coalesce(max(number), 0) + 1, :key, :nonce, :ciphertext, :now
                        FROM webhook_keys WHERE webhook_id = :id
                        RETURNING number""")
                .param("id", id)
                .param("key", sealed.keyId())
                .param("nonce", sealed.nonce())
                .param("ciphertext", sealed.ciphertext())
                .param("now", Timestamp.from(EventTime.now(clock)))
                .query(Integer.class)
                .single();
    }

    /** The name under which the vault keeps a data key for it, as for a user. */
    private static String owner(UUID id) {
        return "webhook/" + id;
    }

    private static SealedSecret secretOf(ResultSet row) throws SQLException {
        return new SealedSecret(
                row.getObject("key_id", UUID.class),
                row.getBytes("nonce"),
                row.getBytes("ciphertext"));
    }

    private static Webhook webhook(ResultSet row, int number) throws SQLException {
        Array types = row.getArray("event_types");
        return new Webhook(
                row.getObject("webhook_id", UUID.class),
                row.getString("url"),
                List.of((String[]) types.getArray()),
                row.getString("description"),
                row.getTimestamp("created_at").toInstant(),
                row.getLong("pending"),
                row.getLong("parked"),
                Deliveries.instant(row, "failing_since"),
                row.getInt("consecutive_failures"),
                Deliveries.instant(row, "last_delivered_at"),
                row.getString("last_error"));
    }
}
