package tools.choco.onboarding.transaction;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatheredReadsTest {

    private final List<Set<Integer>> reads = new CopyOnWriteArrayList<>();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        callers.close();
    }

    @Test
    void readsAtOnceForOneThatAsksAlone() {
        GatheredReads<Integer, String> gathered = new GatheredReads<>(this::read);

        assertThat(gathered.of(1)).isEqualTo("value of 1");
        assertThat(gathered.of(2)).isEqualTo("value of 2");
        assertThat(reads).containsExactly(Set.of(1), Set.of(2));
    }

    @Test
    void readsOnceForAllWhoAskedDuringTheReadBefore() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Void> release = new CompletableFuture<>();
        GatheredReads<Integer, String> gathered =
                new GatheredReads<>(
                        keys -> {
                            begun.countDown();
                            release.join();
                            return read(keys);
                        });
        List<Thread> asking = new CopyOnWriteArrayList<>();
        Future<String> first = callers.submit(() -> gathered.of(0));
        begun.await();
        List<Future<String>> others = new ArrayList<>();
        for (int key = 1; key <= 20; key++) {
            int asked = key;
            others.add(
                    callers.submit(
                            () -> {
                                asking.add(Thread.currentThread());
                                return gathered.of(asked);
                            }));
        }
        await().until(
                        () ->
                                asking.size() == 20
                                        && asking.stream().allMatch(GatheredReadsTest::isWaiting));
        release.complete(null);

        assertThat(first.get()).isEqualTo("value of 0");
        for (int key = 1; key <= 20; key++) {
            assertThat(others.get(key - 1).get()).isEqualTo("value of " + key);
        }
        assertThat(reads).hasSize(2);
        assertThat(reads.getFirst()).containsExactly(0);
    }

    @Test
    void hasNothingForAKeyThatTheReadLeavesOut() {
        assertThat(new GatheredReads<Integer, String>(keys -> Map.of()).of(1)).isNull();
    }

    @Test
    void failsThoseForWhomItReadAndGoesOn() {
        GatheredReads<Integer, String> gathered =
                new GatheredReads<>(
                        keys -> {
                            if (keys.contains(13)) {
                                throw new IllegalStateException("no luck");
                            }
                            return read(keys);
                        });

        assertThatThrownBy(() -> gathered.of(13))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no luck");
        assertThat(gathered.of(14)).isEqualTo("value of 14");
    }

    private Map<Integer, String> read(Set<Integer> keys) {
        reads.add(Set.copyOf(keys));
        return keys.stream().collect(toMap(key -> key, key -> "value of " + key));
    }

    private static boolean isWaiting(Thread thread) {
        return thread.getState() == Thread.State.WAITING;
    }
}
