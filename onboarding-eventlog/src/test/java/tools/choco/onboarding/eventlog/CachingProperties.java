package tools.choco.onboarding.eventlog;

import static net.jqwik.api.RandomDistribution.uniform;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.ConcurrencyException;
import tools.choco.onboarding.eventlog.testing.TestDatabase;

/** Commands to two instances in turn, against a model that has no cache. */
class CachingProperties {

    private static final int LEDGERS = 3;
    private static final int CACHED_MAX = 2;

    private enum Kind {
        OPEN,
        ENTER,
        ENTER_EARLY,
        ENTER_LATE,
        ENTER_IN_VAIN,
        COUNT,
        SPAWN,
        SPAWN_SILENTLY
    }

    private static final int ALL = 2 * LEDGERS * Kind.values().length;

    private static final TestDatabase DATABASE = TestDatabase.create();
    private static final LedgerInstance ONE = new LedgerInstance(DATABASE.dataSource(), CACHED_MAX);
    private static final LedgerInstance TWO = new LedgerInstance(DATABASE.dataSource(), CACHED_MAX);

    @AfterContainer
    static void end() {
        ONE.close();
        TWO.close();
        DATABASE.close();
    }

    /**
     * @param steps each a command, a ledger and an instance
     */
    @Property(tries = 200)
    void answersAsIfThereWereNoCache(
            @ForAll @Size(min = 1, max = 60) List<@From("choices") Integer> steps) {
        var ledgers = IntStream.range(0, LEDGERS).mapToObj(i -> freshId()).toList();
        var entries = new HashMap<String, Integer>();
        for (int choice : steps) {
            var kind = Kind.values()[choice % Kind.values().length];
            var ledger = ledgers.get(choice / Kind.values().length % LEDGERS);
            check(kind, ledger, choice < ALL / 2 ? ONE : TWO, entries);
        }
        for (var ledger : entries.entrySet()) {
            assertThat(ONE.store().readEvents(ledger.getKey()).asStream())
                    .hasSize(ledger.getValue());
        }
    }

    private static String freshId() {
        return UUID.randomUUID().toString();
    }

    @Provide
    Arbitrary<Integer> choices() {
        return Arbitraries.integers().between(0, ALL - 1).withDistribution(uniform());
    }

    private static void check(
            Kind kind, String id, LedgerInstance instance, Map<String, Integer> entries) {
        int count = entries.getOrDefault(id, 0);
        if (count == 0 && kind != Kind.OPEN) {
            assertThatThrownBy(() -> instance.once(new Ledger.Count(id)))
                    .isInstanceOf(AggregateNotFoundException.class);
            return;
        }
        var otherId = freshId();
        switch (kind) {
            case OPEN -> {
                entries.putIfAbsent(id, 1);
                assertThat(twice(instance, new Ledger.Open(id))).isEqualTo(entries.get(id));
            }
            case ENTER -> {
                assertThat(twice(instance, new Ledger.Enter(id, count, count + 1)))
                        .isEqualTo(count + 1);
                entries.put(id, count + 1);
            }
            case ENTER_EARLY ->
                    refused(instance, new Ledger.Enter(id, count + 1, count + 9), count);
            case ENTER_LATE -> refused(instance, new Ledger.Enter(id, 0, count), count);
            case ENTER_IN_VAIN -> refused(instance, new Ledger.EnterInVain(id), count + 1);
            case COUNT -> assertThat(twice(instance, new Ledger.Count(id))).isEqualTo(count);
            case SPAWN -> {
                assertThat(twice(instance, new Ledger.Spawn(id, otherId, true)))
                        .isEqualTo(count + 1);
                entries.put(id, count + 1);
                entries.put(otherId, 1);
            }
            case SPAWN_SILENTLY -> {
                assertThat(twice(instance, new Ledger.Spawn(id, otherId, false))).isEqualTo(count);
                entries.put(otherId, 1);
            }
        }
    }

    private static void refused(LedgerInstance instance, Object command, int count) {
        assertThatIllegalStateException()
                .isThrownBy(() -> twice(instance, command))
                .withMessage("There are " + count);
    }

    /** With nobody else about, the second attempt is never in conflict. */
    private static int twice(LedgerInstance instance, Object command) {
        try {
            return instance.once(command);
        } catch (ConcurrencyException behind) {
            return instance.once(command);
        }
    }
}
