package tools.choco.onboarding.eventlog;

import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Rows read a batch at a time, each after the last row of the one before, until one is short. */
final class BatchedReading<T> extends AbstractSpliterator<T> {

    private final int rowsPerBatch;
    private final Function<@Nullable T, List<T>> after;
    private Iterator<T> batch = List.<T>of().iterator();
    private @Nullable T last;
    private boolean ended;

    BatchedReading(int rowsPerBatch, Function<@Nullable T, List<T>> after) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.DISTINCT);
        this.rowsPerBatch = rowsPerBatch;
        this.after = after;
    }

    Stream<T> stream() {
        return StreamSupport.stream(this, false);
    }

    @Override
    public boolean tryAdvance(Consumer<? super T> action) {
        if (!batch.hasNext() && !ended) {
            var read = after.apply(last);
            ended = read.size() < rowsPerBatch;
            batch = read.iterator();
        }
        if (!batch.hasNext()) {
            return false;
        }
        var next = batch.next();
        last = next;
        action.accept(next);
        return true;
    }
}
