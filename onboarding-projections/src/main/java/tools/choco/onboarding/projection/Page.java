package tools.choco.onboarding.projection;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list.
 *
 * @param items in the order of the list
 * @param nextCursor where the list goes on; null at its end
 */
public record Page<T>(List<T> items, @Nullable String nextCursor) {

    /** Keeps the items. */
    public Page {
        items = List.copyOf(items);
    }

    /**
     * The page of what was found.
     *
     * @param found one more than fits on the page, if the list goes on
     * @param limit items on the page at most, from 1
     * @param place where an item stands in the list
     */
    public static <T> Page<T> of(List<T> found, int limit, Function<T, Cursor> place) {
        return found.size() <= limit
                ? new Page<>(found, null)
                : new Page<>(found.subList(0, limit), place.apply(found.get(limit - 1)).printed());
    }

    /** The same page of something made of each item. */
    public <R> Page<R> map(Function<? super T, ? extends R> mapping) {
        return new Page<>(items.stream().<R>map(mapping).toList(), nextCursor);
    }
}
