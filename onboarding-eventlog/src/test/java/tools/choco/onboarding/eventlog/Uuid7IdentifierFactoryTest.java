package tools.choco.onboarding.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.axonframework.common.IdentifierFactory;
import org.junit.jupiter.api.Test;

class Uuid7IdentifierFactoryTest {

    private static final int IDS = 20_000;
    private static final int THREADS = 8;

    private final Uuid7IdentifierFactory factory = new Uuid7IdentifierFactory();

    @Test
    void isTheFactoryThatAxonUses() {
        assertThat(IdentifierFactory.getInstance()).isInstanceOf(Uuid7IdentifierFactory.class);
    }

    @Test
    void makesVersion7OfTheCurrentTime() {
        long before = System.currentTimeMillis();
        var id = UUID.fromString(factory.generateIdentifier());
        long after = System.currentTimeMillis();

        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(id.getMostSignificantBits() >>> 16).isBetween(before, after);
    }

    @Test
    void sortsInTheOrderOfMaking() {
        var ids = Stream.generate(factory::generateIdentifier).limit(IDS).toList();

        assertThat(ids).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void sortsOnEveryThreadAndRepeatsNothingAcrossThem() throws Exception {
        Callable<List<String>> work =
                () -> Stream.generate(factory::generateIdentifier).limit(IDS).toList();
        var all = new ArrayList<String>();
        try (var executor = Executors.newFixedThreadPool(THREADS)) {
            for (var result : executor.invokeAll(List.of(work, work, work, work, work, work))) {
                assertThat(result.get()).isSorted();
                all.addAll(result.get());
            }
        }

        assertThat(all).doesNotHaveDuplicates();
    }
}
