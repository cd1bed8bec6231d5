package tools.choco.onboarding.keys;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.AEADBadTagException;
import javax.crypto.SecretKey;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import tools.choco.onboarding.answer.AnswerVault;
import tools.choco.onboarding.answer.Answers;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.events.v1.SealedAnswers;
import tools.choco.onboarding.events.v1.SealedText;

/**
 * Data keys in the table {@code user_keys}, one current key per user, each wrapped by a master key.
 *
 * <p>Safe on any number of instances. Changes of keys are committed on a transaction of their own:
 * what was sealed may be in the log at once, whatever becomes of the caller's transaction.
 */
public final class PostgresAnswerVault implements AnswerVault, TextVault {

    private static final String SEAL = "onboarding/answers/1";
    private static final String TEXT = "onboarding/text/1";
    private static final String SECRET = "onboarding/secret/1";
    private static final String WRAP = "onboarding/data-key/1";
    private static final int REWRAPPED_PER_BATCH_MAX = 500;

    private static final RowMapper<Row> ROW =
            (row, number) -> {
                byte[] wrapped = row.getBytes("wrapped");
                return new Row(
                        row.getObject("key_id", UUID.class),
                        row.getString("user_id"),
                        row.getString("master_key_id"),
                        row.getTimestamp("created_at").toInstant(),
                        wrapped == null
                                ? null
                                : new AesGcm.Sealed(
                                        ByteString.copyFrom(row.getBytes("wrap_nonce")),
                                        ByteString.copyFrom(wrapped)));
            };

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final MasterKeys masters;
    private final KeySettings settings;
    private final Clock clock;

    private final Cache<String, CurrentKey> currentByUser;
    private final Cache<UUID, DataKey> byId;
    private final AtomicLong destructions = new AtomicLong();

    public PostgresAnswerVault(
            DataSource dataSource, MasterKeys masters, KeySettings settings, Clock clock) {
        this(dataSource, masters, settings, clock, Ticker.systemTicker());
    }

    PostgresAnswerVault(
            DataSource dataSource,
            MasterKeys masters,
            KeySettings settings,
            Clock clock,
            Ticker ticker) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
        this.transaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.masters = masters;
        this.settings = settings;
        this.clock = clock;
        this.currentByUser = cache(settings, ticker);
        this.byId = cache(settings, ticker);
    }

    @Override
    public SealedAnswers seal(String userId, String sessionId, String stepId, Answers answers) {
        CurrentKey current = current(userId);
        AesGcm.Sealed sealed =
                AesGcm.seal(
                        current.key(),
                        answers.canonicalJson().getBytes(StandardCharsets.UTF_8),
                        place(userId, sessionId, stepId, current.keyId()));
        return SealedAnswers.newBuilder()
                .setKeyId(current.keyId().toString())
                .setNonce(sealed.nonce())
                .setCiphertext(sealed.ciphertext())
                .build();
    }

    @Override
    public Optional<Answers> open(
            String userId, String sessionId, String stepId, SealedAnswers sealed) {
        UUID keyId = keyId(sealed.getKeyId());
        return open(
                        userId,
                        keyId,
                        new AesGcm.Sealed(sealed.getNonce(), sealed.getCiphertext()),
                        place(userId, sessionId, stepId, keyId))
                .map(Answers::new);
    }

    @Override
    public SealedText seal(String userId, String aggregateId, String field, String text) {
        CurrentKey current = current(userId);
        AesGcm.Sealed sealed =
                AesGcm.seal(
                        current.key(),
                        text.getBytes(StandardCharsets.UTF_8),
                        fieldOf(userId, aggregateId, field, current.keyId()));
        return SealedText.newBuilder()
                .setKeyId(current.keyId().toString())
                .setNonce(sealed.nonce())
                .setCiphertext(sealed.ciphertext())
                .build();
    }

    @Override
    public Optional<String> open(
            String userId, String aggregateId, String field, SealedText sealed) {
        UUID keyId = keyId(sealed.getKeyId());
        return open(
                userId,
                keyId,
                new AesGcm.Sealed(sealed.getNonce(), sealed.getCiphertext()),
                fieldOf(userId, aggregateId, field, keyId));
    }

    /**
     * Seals a secret of a user's that no event carries.
     *
     * @param use what it is for; opens for that use only
     */
    public SealedSecret sealSecret(String userId, String use, String secret) {
        CurrentKey current = current(userId);
        AesGcm.Sealed sealed =
                AesGcm.seal(
                        current.key(),
                        secret.getBytes(StandardCharsets.UTF_8),
                        secretOf(userId, use, current.keyId()));
        return new SealedSecret(
                current.keyId(), sealed.nonce().toByteArray(), sealed.ciphertext().toByteArray());
    }

    /**
     * Opens what {@link #sealSecret} sealed.
     *
     * @return empty if the user's keys were destroyed since
     * @throws IllegalStateException if it is not what was sealed for that user and use
     */
    public Optional<String> openSecret(String userId, String use, SealedSecret sealed) {
        return open(
                userId,
                sealed.keyId(),
                new AesGcm.Sealed(
                        ByteString.copyFrom(sealed.nonce()),
                        ByteString.copyFrom(sealed.ciphertext())),
                secretOf(userId, use, sealed.keyId()));
    }

    private Optional<String> open(
            String userId, UUID keyId, AesGcm.Sealed sealed, byte[] associated) {
        DataKey dataKey = byId(keyId);
        if (!dataKey.userId().equals(userId)) {
            throw notWhatWasSealed();
        }
        SecretKey key = dataKey.key();
        if (key == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new String(AesGcm.open(key, sealed, associated), StandardCharsets.UTF_8));
        } catch (AEADBadTagException e) {
            throw notWhatWasSealed();
        }
    }

    /**
     * Destroys every key of a user: what they sealed never opens again, here from the return on, on
     * other instances once their caches have expired. Answers that the user gives later are sealed
     * by a new key. A repeat changes nothing.
     *
     * @return how many keys were destroyed
     */
    public int destroy(String userId) {
        List<UUID> destroyed =
                transaction.execute(
                        status ->
                                jdbc.sql(
                                                """
                                                UPDATE user_keys
                                                SET wrapped = NULL, wrap_nonce = NULL, destroyed_at = :now
                                                WHERE user_id = :user AND destroyed_at IS NULL
                                                RETURNING key_id
                                                """)
                                        .param("now", Timestamp.from(now()))
                                        .param("user", userId)
                                        .query(UUID.class)
                                        .list());
        // In this order: see remember().
        destructions.incrementAndGet();
        currentByUser.invalidate(userId);
        byId.invalidateAll(destroyed);
        return destroyed.size();
    }

    /**
     * Moves every data key to the current master key, and makes sure that every one of them opens.
     * Belongs at the start, before the first seal; safe to run on several instances at once.
     *
     * @return how many data keys moved
     * @throws InvalidKeys if a master key that a data key needs is missing, or is not the one that
     *     wrapped it
     */
    public int rewrap() {
        requireEveryMaster();
        int moved = 0;
        int batch;
        do {
            batch = transaction.execute(status -> rewrapBatch());
            moved += batch;
        } while (batch > 0);
        return moved;
    }

    private void requireEveryMaster() {
        record Use(String masterId, long keys, UUID sample) {}
        List<Use> uses =
                jdbc.sql(
                                """
                                SELECT master_key_id, count(*) AS keys, min(key_id::text)::uuid AS sample
                                FROM user_keys
                                WHERE wrapped IS NOT NULL
                                GROUP BY master_key_id
                                ORDER BY master_key_id
                                """)
                        .query(
                                (row, number) ->
                                        new Use(
                                                row.getString("master_key_id"),
                                                row.getLong("keys"),
                                                row.getObject("sample", UUID.class)))
                        .list();
        for (Use use : uses) {
            if (masters.key(use.masterId()).isEmpty()) {
                throw new InvalidKeys(
                        "The master key %s is missing: %d data keys of the database are wrapped by it"
                                .formatted(use.masterId(), use.keys()));
            }
            find(use.sample())
                    .filter(row -> row.wrapped() != null)
                    .ifPresent(row -> requireOpens(row, use.masterId()));
        }
    }

    private void requireOpens(Row row, String masterId) {
        try {
            unwrap(row);
        } catch (AEADBadTagException e) {
            throw new InvalidKeys(
                    "The master key %s is not the one that wrapped the data keys of the database"
                            .formatted(masterId));
        }
    }

    private int rewrapBatch() {
        // What another instance has locked, it moves itself.
        List<Row> rows =
                jdbc.sql(
                                """
                                SELECT * FROM user_keys
                                WHERE wrapped IS NOT NULL AND master_key_id <> :current
                                LIMIT :limit
                                FOR UPDATE SKIP LOCKED
                                """)
                        .param("current", masters.currentId())
                        .param("limit", REWRAPPED_PER_BATCH_MAX)
                        .query(ROW)
                        .list();
        for (Row row : rows) {
            AesGcm.Sealed wrapped;
            try {
                wrapped = wrap(row.keyId(), row.userId(), unwrap(row));
            } catch (AEADBadTagException e) {
                throw new InvalidKeys(
                        "The data key %s does not open under the master key %s"
                                .formatted(row.keyId(), row.masterId()));
            }
            jdbc.sql(
                            """
                            UPDATE user_keys
                            SET wrapped = :wrapped, wrap_nonce = :nonce, master_key_id = :master
                            WHERE key_id = :id
                            """)
                    .param("wrapped", wrapped.ciphertext().toByteArray())
                    .param("nonce", wrapped.nonce().toByteArray())
                    .param("master", masters.currentId())
                    .param("id", row.keyId())
                    .update();
        }
        return rows.size();
    }

    private CurrentKey current(String userId) {
        CurrentKey cached = currentByUser.getIfPresent(userId);
        if (cached != null && seals(cached.createdAt())) {
            return cached;
        }
        long before = destructions.get();
        Row row =
                findCurrent(userId)
                        .filter(it -> seals(it.createdAt()))
                        .orElseGet(() -> replaceCurrent(userId));
        SecretKey key = key(row);
        if (key == null) {
            throw new IllegalStateException("The data key was destroyed while it was being read");
        }
        CurrentKey current = new CurrentKey(row.keyId(), key, row.createdAt());
        remember(currentByUser, userId, current, before);
        // What it seals now is mostly opened soon.
        remember(byId, row.keyId(), new DataKey(userId, key), before);
        return current;
    }

    private boolean seals(Instant createdAt) {
        return clock.instant().isBefore(createdAt.plus(settings.sealingPeriod()));
    }

    // Whoever comes second, on whatever instance, waits for the first at the unique index or at the
    // retired row, and then reads the first one's key.
    private Row replaceCurrent(String userId) {
        transaction.executeWithoutResult(
                status -> {
                    jdbc.sql(
                                    """
                                    UPDATE user_keys SET retired_at = :now
                                    WHERE user_id = :user AND created_at <= :expired
                                        AND retired_at IS NULL AND destroyed_at IS NULL
                                    """)
                            .param("now", Timestamp.from(now()))
                            .param("user", userId)
                            .param("expired", Timestamp.from(now().minus(settings.sealingPeriod())))
                            .update();
                    UUID keyId = UUID.randomUUID();
                    AesGcm.Sealed wrapped = wrap(keyId, userId, AesGcm.randomKey());
                    jdbc.sql(
                                    """
                                    INSERT INTO user_keys (
                                        key_id, user_id, wrapped, wrap_nonce, master_key_id, created_at)
                                    VALUES (:id, :user, :wrapped, :nonce, :master, :now)
                                    ON CONFLICT (user_id)
                                        WHERE retired_at IS NULL AND destroyed_at IS NULL
                                    DO NOTHING
                                    """)
                            .param("id", keyId)
                            .param("user", userId)
                            .param("wrapped", wrapped.ciphertext().toByteArray())
                            .param("nonce", wrapped.nonce().toByteArray())
                            .param("master", masters.currentId())
                            .param("now", Timestamp.from(now()))
                            .update();
                });
        return findCurrent(userId)
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "The user's keys were destroyed while one was being made"));
    }

    private DataKey byId(UUID keyId) {
        DataKey cached = byId.getIfPresent(keyId);
        if (cached != null) {
            return cached;
        }
        long before = destructions.get();
        Row row = find(keyId).orElseThrow(PostgresAnswerVault::notWhatWasSealed);
        DataKey dataKey = new DataKey(row.userId(), key(row));
        remember(byId, keyId, dataKey, before);
        return dataKey;
    }

    // A key read before a destruction must not stay behind it. destroy() counts first and drops
    // then: either the count has changed here, or the drop is still to come.
    private <K, V> void remember(Cache<K, V> cache, K id, V value, long before) {
        cache.asMap().compute(id, (same, old) -> destructions.get() == before ? value : null);
    }

    private Optional<Row> findCurrent(String userId) {
        return jdbc.sql(
                        """
                        SELECT * FROM user_keys
                        WHERE user_id = :user AND retired_at IS NULL AND destroyed_at IS NULL
                        """)
                .param("user", userId)
                .query(ROW)
                .optional();
    }

    private Optional<Row> find(UUID keyId) {
        return jdbc.sql("SELECT * FROM user_keys WHERE key_id = :id")
                .param("id", keyId)
                .query(ROW)
                .optional();
    }

    private @Nullable SecretKey key(Row row) {
        if (row.wrapped() == null) {
            return null;
        }
        try {
            return AesGcm.key(unwrap(row));
        } catch (AEADBadTagException e) {
            throw new IllegalStateException(
                    "The data key %s does not open under the master key %s"
                            .formatted(row.keyId(), row.masterId()));
        }
    }

    private AesGcm.Sealed wrap(UUID keyId, String userId, byte[] key) {
        String masterId = masters.currentId();
        return AesGcm.seal(master(masterId), key, wrapping(keyId, userId, masterId));
    }

    private byte[] unwrap(Row row) throws AEADBadTagException {
        AesGcm.Sealed wrapped = row.wrapped();
        if (wrapped == null) {
            throw new IllegalArgumentException("A destroyed key cannot be unwrapped");
        }
        return AesGcm.open(
                master(row.masterId()),
                wrapped,
                wrapping(row.keyId(), row.userId(), row.masterId()));
    }

    private SecretKey master(String id) {
        return masters.key(id)
                .orElseThrow(() -> new IllegalStateException("No master key " + id + " is known"));
    }

    // Rounded as PostgreSQL stores it.
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static byte[] place(String userId, String sessionId, String stepId, UUID keyId) {
        return AesGcm.associated(SEAL, userId, sessionId, stepId, keyId.toString());
    }

    private static byte[] fieldOf(String userId, String aggregateId, String field, UUID keyId) {
        return AesGcm.associated(TEXT, userId, aggregateId, field, keyId.toString());
    }

    private static byte[] secretOf(String userId, String use, UUID keyId) {
        return AesGcm.associated(SECRET, userId, use, keyId.toString());
    }

    private static byte[] wrapping(UUID keyId, String userId, String masterId) {
        return AesGcm.associated(WRAP, keyId.toString(), userId, masterId);
    }

    private static UUID keyId(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw notWhatWasSealed();
        }
    }

    private static IllegalStateException notWhatWasSealed() {
        return new IllegalStateException("The sealed bytes are not what was sealed in this place");
    }

    private static <K, V> Cache<K, V> cache(KeySettings settings, Ticker ticker) {
        return Caffeine.newBuilder()
                .maximumSize(settings.cachedKeysMax())
                .expireAfterWrite(settings.cacheExpiry())
                .ticker(ticker)
                .build();
    }

    private record CurrentKey(UUID keyId, SecretKey key, Instant createdAt) {}

    /**
     * A key as it is remembered; without the key itself once that is destroyed, which is for good.
     */
    private record DataKey(String userId, @Nullable SecretKey key) {}

    private record Row(
            UUID keyId,
            String userId,
            String masterId,
            Instant createdAt,
            AesGcm.@Nullable Sealed wrapped) {}
}
