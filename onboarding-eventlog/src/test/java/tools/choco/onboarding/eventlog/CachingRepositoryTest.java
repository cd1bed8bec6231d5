package tools.choco.onboarding.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.choco.onboarding.eventlog.testing.RandomEvents;
import tools.choco.onboarding.eventlog.testing.TestDatabase;

/** Two instances with a cache each on one log: what a command reads, and what it is decided on. */
class CachingRepositoryTest {

    private static final String A = RandomEvents.id("a");
    private static final String B = RandomEvents.id("b");
    private static final int ANY = Integer.MAX_VALUE;
    private static final int CACHED_MAX = 100;

    private static final String LOAD = "WHERE aggregate_id = ? AND sequence >= ?";
    private static final String LAST = "SELECT max(sequence) FROM events WHERE aggregate_id = ?";

    private final TestDatabase database = TestDatabase.create();
    private final LedgerInstance one = new LedgerInstance(database.dataSource(), CACHED_MAX);
    private final LedgerInstance two = new LedgerInstance(database.dataSource(), CACHED_MAX);

    @BeforeEach
    void open() {
        one.send(new Ledger.Open(A));
        one.statements();
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
        database.close();
    }

    @Test
    void readsNothingForACommandThatAppends() {
        assertThat(one.send(new Ledger.Enter(A, 1, ANY))).isEqualTo(2);
        assertThat(one.send(new Ledger.Enter(A, 2, ANY))).isEqualTo(3);
        assertThat(one.statements()).isEmpty();
    }

    @Test
    void asksOnceForAnAnswerThatAppendsNothing() {
        assertThat(one.send(new Ledger.Count(A))).isEqualTo(1);
        assertThat(one.statements()).containsExactly(LAST);

        assertThat(one.send(new Ledger.Open(A))).isEqualTo(1);
        assertThat(one.statements()).containsExactly(LAST);
    }

    @Test
    void asksOnceForARefusalAndStaysWarm() {
        for (int i = 0; i < 2; i++) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> one.once(new Ledger.Enter(A, 2, ANY)));
            assertThat(one.statements()).containsExactly(LAST);
        }
        assertThat(one.send(new Ledger.Enter(A, 1, ANY))).isEqualTo(2);
        assertThat(one.statements()).isEmpty();
    }

    @Test
    void loadsOnceWhatIsNotCached() {
        two.send(new Ledger.Open(B));
        two.statements();

        assertThat(two.send(new Ledger.Count(A))).isEqualTo(1);
        assertThat(two.statements()).singleElement().asString().contains(LOAD);
        assertThat(two.send(new Ledger.Enter(A, 1, ANY))).isEqualTo(2);
        assertThat(two.statements()).isEmpty();
    }

    @Test
    void answersWithWhatAnotherInstanceWrote() {
        two.send(new Ledger.Enter(A, 1, ANY));

        assertThat(one.send(new Ledger.Count(A))).isEqualTo(2);
        assertThat(one.statements()).hasSize(2).first().isEqualTo(LAST);
        assertThat(one.send(new Ledger.Count(A))).isEqualTo(2);
        assertThat(one.statements()).containsExactly(LAST);
    }

    @Test
    void acceptsWhatAnotherInstanceMadeAcceptable() {
        two.send(new Ledger.Enter(A, 1, ANY));

        assertThat(one.send(new Ledger.Enter(A, 2, ANY))).isEqualTo(3);
    }

    @Test
    void refusesWhatAnotherInstanceMadeUnacceptable() {
        two.send(new Ledger.Enter(A, 1, ANY));

        assertThatIllegalStateException()
                .isThrownBy(() -> one.send(new Ledger.Enter(A, 1, 2)))
                .withMessage("There are 2");
        assertThat(two.send(new Ledger.Count(A))).isEqualTo(2);
    }

    @Test
    void saysThatItWasBehindAndThenIsNot() {
        two.send(new Ledger.Enter(A, 1, ANY));
        assertThatThrownBy(() -> one.once(new Ledger.Enter(A, 1, ANY)))
                .isInstanceOf(ConcurrencyException.class);
        assertThat(one.once(new Ledger.Enter(A, 2, ANY))).isEqualTo(3);

        two.send(new Ledger.Enter(A, 3, ANY));
        assertThatThrownBy(() -> one.once(new Ledger.Count(A)))
                .isInstanceOf(ConcurrencyException.class);
        assertThat(one.once(new Ledger.Count(A))).isEqualTo(4);
    }

    @Test
    void dropsWhatWasChangedButNotStored() {
        assertThatIllegalStateException().isThrownBy(() -> one.once(new Ledger.EnterInVain(A)));
        one.statements();

        assertThat(one.send(new Ledger.Count(A))).isEqualTo(1);
        assertThat(one.statements()).singleElement().asString().contains(LOAD);
    }

    @Test
    void dropsBothWhenOneOfTwoCannotBeStored() {
        two.send(new Ledger.Open(B));

        assertThatThrownBy(() -> one.once(new Ledger.Spawn(A, B, true)))
                .isInstanceOf(ConcurrencyException.class);

        assertThat(one.repository().cached()).isZero();
        assertThat(one.send(new Ledger.Count(A))).isEqualTo(1);
        assertThat(one.send(new Ledger.Count(B))).isEqualTo(1);
    }

    @Test
    void cachesBothAggregatesOfOneCommand() {
        one.send(new Ledger.Spawn(A, B, true));

        assertThat(one.statements()).isEmpty();
        assertThat(one.send(new Ledger.Enter(A, 2, ANY))).isEqualTo(3);
        assertThat(one.send(new Ledger.Enter(B, 1, ANY))).isEqualTo(2);
        assertThat(one.statements()).isEmpty();
    }

    @Test
    void asksForAnAggregateThatOnlyCreatesAnother() {
        one.send(new Ledger.Spawn(A, B, false));
        assertThat(one.statements()).containsExactly(LAST);

        two.send(new Ledger.Enter(A, 1, ANY));
        assertThatThrownBy(() -> one.once(new Ledger.Spawn(A, RandomEvents.id("c"), false)))
                .isInstanceOf(ConcurrencyException.class);
        assertThatThrownBy(() -> one.send(new Ledger.Count(RandomEvents.id("c"))))
                .isInstanceOf(AggregateNotFoundException.class);
    }

    @Test
    void cachesNothingThatDoesNotExist() {
        assertThatThrownBy(() -> one.send(new Ledger.Count(B)))
                .isInstanceOf(AggregateNotFoundException.class);
        two.send(new Ledger.Open(B));

        assertThat(one.send(new Ledger.Count(B))).isEqualTo(1);
    }

    @Test
    void staysWithinItsBound() {
        try (var small = new LedgerInstance(database.dataSource(), 3)) {
            for (int i = 0; i < 200; i++) {
                small.send(new Ledger.Open(RandomEvents.id("x" + i)));
            }
            await().until(() -> small.repository().cached() <= 3);
            for (int i = 0; i < 200; i++) {
                assertThat(small.send(new Ledger.Enter(RandomEvents.id("x" + i), 1, 2)))
                        .isEqualTo(2);
            }
        }
    }

    @Test
    void countsHitsAndMisses() {
        one.send(new Ledger.Count(A));
        one.send(new Ledger.Count(A));

        assertThat(one.repository().hits()).isEqualTo(2);
        // Opening looked for it in vain.
        assertThat(one.repository().misses()).isEqualTo(1);
    }

    @Test
    void letsInAsManyAsAllowedFromTwoInstancesAtOnce() throws Exception {
        int allowed = 40;
        var calls =
                IntStream.range(0, 2 * allowed)
                        .<Callable<Boolean>>mapToObj(
                                i -> () -> accepted(i % 2 == 0 ? one : two, allowed))
                        .toList();
        long accepted = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var call : threads.invokeAll(calls)) {
                accepted += call.get() ? 1 : 0;
            }
        }

        assertThat(accepted).isEqualTo(allowed - 1);
        assertThat(one.send(new Ledger.Count(A))).isEqualTo(allowed);
        assertThat(two.send(new Ledger.Count(A))).isEqualTo(allowed);
        assertThat(one.store().readEvents(A).asStream()).hasSize(allowed);
    }

    private static boolean accepted(LedgerInstance instance, int max) {
        try {
            instance.send(new Ledger.Enter(A, 1, max));
            return true;
        } catch (IllegalStateException refused) {
            return false;
        }
    }
}
