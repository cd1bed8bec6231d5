package tools.choco.onboarding.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.choco.onboarding.answer.Answers;
import tools.choco.onboarding.eventlog.testing.TestDatabase;
import tools.choco.onboarding.events.v1.SealedAnswers;

class PostgresAnswerVaultTest {

    private static final Answers ANSWERS = new Answers("{\"firstName\":\"planted-8f3a\"}");
    private static final String MASTER_A = MasterKeysTest.entry("a", 1);

    private static TestDatabase database;

    private final MovableClock clock = new MovableClock();
    private final String user = "user-" + UUID.randomUUID();

    @BeforeAll
    @BeforeContainer
    static void create() {
        database = TestDatabase.create();
    }

    @AfterAll
    @AfterContainer
    static void close() {
        database.close();
    }

    @Property(tries = 50)
    void opensWhatItSealed(
            @ForAll String userId,
            @ForAll String sessionId,
            @ForAll String stepId,
            @ForAll String text) {
        var vault = vault(MASTER_A);
        String stored = userId.replace("\0", "").replaceAll("[\\ud800-\\udfff]", "?");
        var answers = new Answers(text.replaceAll("[\\ud800-\\udfff]", "?"));
        SealedAnswers sealed = vault.seal(stored, sessionId, stepId, answers);
        assertThat(vault.open(stored, sessionId, stepId, sealed)).contains(answers);
        assertThat(vault(MASTER_A).open(stored, sessionId, stepId, sealed)).contains(answers);
    }

    @Test
    void leavesNothingToReadAndNeverTheSameBytesTwice() {
        var vault = vault(MASTER_A);
        var nonces = new HashSet<ByteString>();
        for (int i = 0; i < 100; i++) {
            SealedAnswers sealed = vault.seal(user, "s", "profile", ANSWERS);
            assertThat(sealed.getNonce().size()).isEqualTo(12);
            assertThat(sealed.getCiphertext().size())
                    .isEqualTo(ANSWERS.canonicalJson().length() + 16);
            assertThat(new String(sealed.toByteArray(), StandardCharsets.ISO_8859_1))
                    .doesNotContain("planted");
            nonces.add(sealed.getNonce());
        }
        assertThat(nonces).hasSize(100);
    }

    @Test
    void doesNotOpenWhatWasTamperedWith() {
        var vault = vault(MASTER_A);
        SealedAnswers sealed = vault.seal(user, "s", "profile", ANSWERS);
        byte[] ciphertext = sealed.getCiphertext().toByteArray();
        for (int i = 0; i < ciphertext.length; i++) {
            byte[] changed = ciphertext.clone();
            changed[i] ^= 1;
            refuses(vault, sealed.toBuilder().setCiphertext(ByteString.copyFrom(changed)).build());
        }
        for (SealedAnswers changed :
                List.of(
                        sealed.toBuilder().setNonce(ByteString.copyFrom(new byte[12])).build(),
                        sealed.toBuilder().clearNonce().build(),
                        sealed.toBuilder().clearCiphertext().build(),
                        sealed.toBuilder()
                                .setCiphertext(
                                        sealed.getCiphertext().substring(0, ciphertext.length - 1))
                                .build(),
                        sealed.toBuilder().setKeyId("planted").build(),
                        sealed.toBuilder().setKeyId(UUID.randomUUID().toString()).build())) {
            refuses(vault, changed);
        }
    }

    @Test
    void doesNotOpenWhatWasMoved() {
        var vault = vault(MASTER_A);
        SealedAnswers sealed = vault.seal(user, "s", "profile", ANSWERS);
        vault.seal(user + "2", "s", "profile", ANSWERS);
        assertThatIllegalStateException()
                .isThrownBy(() -> vault.open(user + "2", "s", "profile", sealed));
        assertThatIllegalStateException()
                .isThrownBy(() -> vault.open(user, "s2", "profile", sealed));
        assertThatIllegalStateException().isThrownBy(() -> vault.open(user, "s", "tools", sealed));
        // The same characters, cut elsewhere.
        assertThatIllegalStateException()
                .isThrownBy(() -> vault.open(user, "sp", "rofile", sealed));
    }

    @Test
    void doesNotOpenUnderAnotherKeyOfTheSameUser() {
        var vault = vault(MASTER_A);
        SealedAnswers sealed = vault.seal(user, "s", "profile", ANSWERS);
        clock.advance(Duration.ofDays(91));
        String other = vault.seal(user, "s", "profile", ANSWERS).getKeyId();
        refuses(vault, sealed.toBuilder().setKeyId(other).build());
    }

    @Test
    void opensASecretForItsUserAndUseOnly() {
        var vault = vault(MASTER_A);
        SealedSecret sealed = vault.sealSecret(user, "github", "planted-token");
        vault.sealSecret(user + "2", "github", "planted-token");
        assertThat(vault.openSecret(user, "github", sealed)).contains("planted-token");
        assertThat(new String(sealed.ciphertext(), StandardCharsets.ISO_8859_1))
                .doesNotContain("planted");
        assertThat(sealed.toString()).doesNotContain("planted");
        assertThatIllegalStateException()
                .isThrownBy(() -> vault.openSecret(user + "2", "github", sealed));
        assertThatIllegalStateException()
                .isThrownBy(() -> vault.openSecret(user, "vercel", sealed));
        SealedAnswers asAnswers =
                SealedAnswers.newBuilder()
                        .setKeyId(sealed.keyId().toString())
                        .setNonce(ByteString.copyFrom(sealed.nonce()))
                        .setCiphertext(ByteString.copyFrom(sealed.ciphertext()))
                        .build();
        refuses(vault, asAnswers);
        vault.destroy(user);
        assertThat(vault.openSecret(user, "github", sealed)).isEmpty();
    }

    @Test
    void makesOneKeyForManyFirstSealsOnSeveralInstances() throws Exception {
        assertThat(sealAtOnce()).hasSize(1);
        assertThat(rows("destroyed_at IS NULL")).isEqualTo(1);
    }

    @Test
    void replacesAnOldKeyOnceForManySealsOnSeveralInstances() throws Exception {
        String first = vault(MASTER_A).seal(user, "s", "profile", ANSWERS).getKeyId();
        clock.advance(Duration.ofDays(91));
        assertThat(sealAtOnce()).hasSize(1).doesNotContain(first);
        assertThat(rows("retired_at IS NULL")).isEqualTo(1);
        assertThat(rows("retired_at IS NOT NULL")).isEqualTo(1);
    }

    @Test
    void sealsWithANewKeyAfterThePeriodAndStillOpensTheOld() {
        var vault = vault(MASTER_A);
        SealedAnswers first = vault.seal(user, "s", "profile", ANSWERS);
        clock.advance(Duration.ofDays(90).minusSeconds(1));
        assertThat(vault.seal(user, "s", "tools", ANSWERS).getKeyId()).isEqualTo(first.getKeyId());
        clock.advance(Duration.ofSeconds(1));
        SealedAnswers second = vault.seal(user, "s", "tools", ANSWERS);
        assertThat(second.getKeyId()).isNotEqualTo(first.getKeyId());
        assertThat(vault.open(user, "s", "profile", first)).contains(ANSWERS);
        assertThat(vault.open(user, "s", "tools", second)).contains(ANSWERS);
    }

    @Test
    void opensNothingOfAUserWhoseKeysWereDestroyed() {
        var vault = vault(MASTER_A);
        SealedAnswers old = vault.seal(user, "s", "profile", ANSWERS);
        clock.advance(Duration.ofDays(91));
        SealedAnswers recent = vault.seal(user, "s", "tools", ANSWERS);
        SealedAnswers neighbour = vault.seal(user + "2", "s", "profile", ANSWERS);
        assertThat(vault.open(user, "s", "profile", old)).contains(ANSWERS);

        assertThat(vault.destroy(user)).isEqualTo(2);
        assertThat(vault.destroy(user)).isZero();

        assertThat(vault.open(user, "s", "profile", old)).isEmpty();
        assertThat(vault.open(user, "s", "tools", recent)).isEmpty();
        assertThat(vault.open(user + "2", "s", "profile", neighbour)).contains(ANSWERS);
        assertThat(rows("wrapped IS NULL AND wrap_nonce IS NULL")).isEqualTo(2);
    }

    @Test
    void sealsForAUserWhoComesBackWithANewKey() {
        var vault = vault(MASTER_A);
        SealedAnswers before = vault.seal(user, "s", "profile", ANSWERS);
        vault.destroy(user);
        SealedAnswers after = vault.seal(user, "s", "profile", ANSWERS);
        assertThat(after.getKeyId()).isNotEqualTo(before.getKeyId());
        assertThat(vault.open(user, "s", "profile", after)).contains(ANSWERS);
        assertThat(vault.open(user, "s", "profile", before)).isEmpty();
    }

    @Test
    void forgetsAKeyThatAnotherInstanceDestroyedWithinTheExpiry() {
        var here = vault(MASTER_A);
        var elsewhere = vault(MASTER_A);
        SealedAnswers sealed = elsewhere.seal(user, "s", "profile", ANSWERS);
        assertThat(elsewhere.open(user, "s", "profile", sealed)).contains(ANSWERS);
        here.destroy(user);
        clock.advance(KeySettings.defaults().cacheExpiry());
        assertThat(elsewhere.open(user, "s", "profile", sealed)).isEmpty();
        assertThat(elsewhere.seal(user, "s", "profile", ANSWERS).getKeyId())
                .isNotEqualTo(sealed.getKeyId());
    }

    @Test
    void keepsAKeyWhenTheCallersTransactionRollsBack() {
        var vault = vault(MASTER_A);
        var transaction =
                new TransactionTemplate(new DataSourceTransactionManager(database.dataSource()));
        SealedAnswers sealed =
                transaction.execute(
                        status -> {
                            status.setRollbackOnly();
                            return vault.seal(user, "s", "profile", ANSWERS);
                        });
        assertThat(vault(MASTER_A).open(user, "s", "profile", sealed)).contains(ANSWERS);
    }

    @Test
    void keepsEveryKeyOutOfTheDatabaseInPlain() {
        vault(MASTER_A).seal(user, "s", "profile", ANSWERS);
        byte[] wrapped =
                jdbc().sql("SELECT wrapped FROM user_keys WHERE user_id = ?")
                        .param(user)
                        .query(byte[].class)
                        .single();
        assertThat(wrapped).hasSize(32 + 16);
    }

    private Set<String> sealAtOnce() throws Exception {
        int callers = 16;
        var barrier = new CyclicBarrier(callers);
        List<PostgresAnswerVault> instances = List.of(vault(MASTER_A), vault(MASTER_A));
        List<Callable<SealedAnswers>> seals = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            PostgresAnswerVault instance = instances.get(i % instances.size());
            seals.add(
                    () -> {
                        barrier.await();
                        return instance.seal(user, "s", "profile", ANSWERS);
                    });
        }
        var keyIds = new HashSet<String>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<SealedAnswers> seal : threads.invokeAll(seals)) {
                keyIds.add(seal.get().getKeyId());
                assertThat(vault(MASTER_A).open(user, "s", "profile", seal.get()))
                        .contains(ANSWERS);
            }
        }
        return keyIds;
    }

    private void refuses(PostgresAnswerVault vault, SealedAnswers changed) {
        assertThatIllegalStateException()
                .isThrownBy(() -> vault.open(user, "s", "profile", changed))
                .withMessage("The sealed bytes are not what was sealed in this place");
    }

    private PostgresAnswerVault vault(String masters) {
        return new PostgresAnswerVault(
                database.dataSource(),
                MasterKeys.of(masters),
                KeySettings.defaults(),
                clock,
                () -> Duration.between(Instant.EPOCH, clock.instant()).toNanos());
    }

    private long rows(String condition) {
        return jdbc().sql("SELECT count(*) FROM user_keys WHERE user_id = ? AND " + condition)
                .param(user)
                .query(Long.class)
                .single();
    }

    private static JdbcClient jdbc() {
        return JdbcClient.create(database.dataSource());
    }
}
