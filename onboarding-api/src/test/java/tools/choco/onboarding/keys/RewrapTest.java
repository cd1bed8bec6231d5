package tools.choco.onboarding.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.answer.Answers;
import tools.choco.onboarding.eventlog.testing.TestDatabase;
import tools.choco.onboarding.events.v1.SealedAnswers;

class RewrapTest {

    private static final Answers ANSWERS = new Answers("{\"a\":1}");
    private static final String MASTER_A = MasterKeysTest.entry("a", 1);
    private static final String MASTER_B = MasterKeysTest.entry("b", 2);

    private TestDatabase database;

    @BeforeEach
    void create() {
        database = TestDatabase.create();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void movesEveryDataKeyToTheCurrentMasterInBatches() {
        Map<String, SealedAnswers> sealed = sealed(1_100);

        assertThat(vault(MASTER_B + "," + MASTER_A).rewrap()).isEqualTo(1_100);

        assertThat(masters()).containsExactly("b");
        var onlyB = vault(MASTER_B);
        assertThat(onlyB.rewrap()).isZero();
        sealed.forEach(
                (user, each) -> assertThat(onlyB.open(user, "s", "p", each)).contains(ANSWERS));
    }

    @Test
    void movesThemOnceWhenSeveralInstancesStart() throws Exception {
        Map<String, SealedAnswers> sealed = sealed(700);
        Callable<Integer> start = () -> vault(MASTER_B + "," + MASTER_A).rewrap();
        int moved = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> each : threads.invokeAll(List.of(start, start, start))) {
                moved += each.get();
            }
        }
        assertThat(moved).isEqualTo(700);
        assertThat(masters()).containsExactly("b");
        var onlyB = vault(MASTER_B);
        sealed.forEach(
                (user, each) -> assertThat(onlyB.open(user, "s", "p", each)).contains(ANSWERS));
    }

    @Test
    void leavesDestroyedKeysDestroyed() {
        sealed(1);
        var vault = vault(MASTER_A);
        SealedAnswers erased = vault.seal("erased", "s", "p", ANSWERS);
        vault.destroy("erased");
        assertThat(vault(MASTER_B + "," + MASTER_A).rewrap()).isEqualTo(1);
        assertThat(vault(MASTER_B).open("erased", "s", "p", erased)).isEmpty();
    }

    @Test
    void refusesToStartWithoutAMasterKeyThatIsNeeded() {
        sealed(3);
        assertThatExceptionOfType(InvalidKeys.class)
                .isThrownBy(() -> vault(MASTER_B).rewrap())
                .withMessage(
                        "The master key a is missing: 3 data keys of the database are wrapped by it");
        assertThat(masters()).containsExactly("a");
    }

    @Test
    void doesNotNeedTheMasterKeyOfDestroyedKeys() {
        sealed(1);
        vault(MASTER_A).destroy("user-0");
        assertThat(vault(MASTER_B).rewrap()).isZero();
    }

    @Test
    void refusesToStartWithAnotherMasterKeyOfTheSameName() {
        sealed(1);
        assertThatExceptionOfType(InvalidKeys.class)
                .isThrownBy(() -> vault(MasterKeysTest.entry("a", 9)).rewrap())
                .withMessage(
                        "The master key a is not the one that wrapped the data keys of the database");
    }

    private Map<String, SealedAnswers> sealed(int users) {
        var vault = vault(MASTER_A);
        var sealed = new HashMap<String, SealedAnswers>();
        for (int i = 0; i < users; i++) {
            sealed.put("user-" + i, vault.seal("user-" + i, "s", "p", ANSWERS));
        }
        return sealed;
    }

    private List<String> masters() {
        return JdbcClient.create(database.dataSource())
                .sql("SELECT DISTINCT master_key_id FROM user_keys WHERE wrapped IS NOT NULL")
                .query(String.class)
                .list();
    }

    private PostgresAnswerVault vault(String masters) {
        return new PostgresAnswerVault(
                database.dataSource(),
                MasterKeys.of(masters),
                KeySettings.defaults(),
                new MovableClock());
    }
}
