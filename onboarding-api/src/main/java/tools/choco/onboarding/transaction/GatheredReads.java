package tools.choco.onboarding.transaction;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One read for all that ask while the one before is under way: what group commit is to writes.
 *
 * <p>A read begins after everybody it is for has asked, so that each sees what was committed by
 * then. Who asks alone does not wait.
 */
public final class GatheredReads<K, V> {

    private final Function<Set<K>, Map<K, V>> read;
    private final Semaphore turn = new Semaphore(1);
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Gathering<K, V> open;

    /**
     * @param read values of some keys; it may leave out those that have none
     */
    public GatheredReads(Function<Set<K>, Map<K, V>> read) {
        this.read = read;
    }

    private record Gathering<K, V>(Set<K> keys, CompletableFuture<Map<K, V>> values) {}

    /** The value of a key; null if it has none. A failure is that of the read. */
    public @Nullable V of(K key) {
        Gathering<K, V> mine;
        boolean first;
        lock.lock();
        try {
            first = open == null;
            mine =
                    open == null
                            ? new Gathering<>(new HashSet<>(), new CompletableFuture<>())
                            : open;
            mine.keys().add(key);
            open = mine;
        } finally {
            lock.unlock();
        }
        if (first) {
            lead(mine);
        }
        try {
            return mine.values().join().get(key);
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
        }
    }

    private void lead(Gathering<K, V> gathering) {
        turn.acquireUninterruptibly();
        try {
            close();
            gathering.values().complete(read.apply(gathering.keys()));
        } catch (RuntimeException | Error failure) {
            gathering.values().completeExceptionally(failure);
        } finally {
            turn.release();
        }
    }

    private void close() {
        lock.lock();
        try {
            open = null;
        } finally {
            lock.unlock();
        }
    }
}
