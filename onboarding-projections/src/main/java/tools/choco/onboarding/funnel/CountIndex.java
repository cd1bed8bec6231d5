package tools.choco.onboarding.funnel;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Gives every count of a funnel's entries a place, the same in all cells, so that a cell can be an
 * array: to count costs an addition, where {@link Counters} look for a name.
 *
 * <p>Threads may share it as long as none asks for bytes.
 */
final class CountIndex {

    private static final int BYTES_EXPECTED = 4_096;
    private static final int[] ZEROS = new int[Buckets.COUNT];

    /** Places from {@code first} on, one for each bucket of the metric. */
    private record Range(Counters.Key key, int first) {

        int end() {
            return first + key.metric().buckets();
        }
    }

    /** A range, and where its names stand among all names. */
    private record Named(Range range, int stage, int label) {}

    private final Map<Counters.Key, Range> ranges = new ConcurrentHashMap<>();
    private int size;

    /** In the order of their keys. */
    private List<Named> sorted = List.of();

    private List<String> names = List.of();

    /** The place of a count; new ones come after all others. */
    int place(Metric metric, String stage, String label, int bucket) {
        Counters.Key key = new Counters.Key(metric, stage, label);
        Range range = ranges.get(key);
        if (range == null) {
            range = ranges.computeIfAbsent(key, this::next);
        }
        return range.first() + metric.place(bucket);
    }

    private synchronized Range next(Counters.Key key) {
        Range range = new Range(key, size);
        size = range.end();
        return range;
    }

    /** Number of places so far. */
    synchronized int size() {
        return size;
    }

    /**
     * Counts by place as {@link Counters#encoded} has them.
     *
     * @param counts of the first places; the others are zero
     */
    byte[] encoded(int[] counts) {
        if (sorted.size() < ranges.size()) {
            sort();
        }
        List<Named> counted = new ArrayList<>();
        boolean[] used = new boolean[names.size()];
        for (Named named : sorted) {
            if (next(counts, named.range().first(), named.range().end()) < named.range().end()) {
                counted.add(named);
                used[named.stage()] = true;
                used[named.label()] = true;
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(BYTES_EXPECTED);
        CodedOutputStream out = CodedOutputStream.newInstance(bytes, BYTES_EXPECTED);
        try {
            int[] places = write(used, out);
            int[] scratch = new int[Buckets.COUNT];
            for (Named named : counted) {
                out.writeUInt32NoTag(named.range().key().metric().ordinal());
                out.writeUInt32NoTag(places[named.stage()]);
                out.writeUInt32NoTag(places[named.label()]);
                write(named.range(), counts, scratch, out);
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Writes the names that are used; returns at which place each of them stands. */
    private int[] write(boolean[] used, CodedOutputStream out) throws IOException {
        int[] places = new int[used.length];
        int count = 0;
        for (int i = 0; i < used.length; i++) {
            places[i] = count;
            count += used[i] ? 1 : 0;
        }
        out.writeUInt32NoTag(count);
        for (int i = 0; i < used.length; i++) {
            if (used[i]) {
                out.writeStringNoTag(names.get(i));
            }
        }
        return places;
    }

    private static void write(Range range, int[] counts, int[] places, CodedOutputStream out)
            throws IOException {
        int size = 0;
        for (int place = next(counts, range.first(), range.end());
                place < range.end();
                place = next(counts, place + 1, range.end())) {
            places[size++] = place;
        }
        out.writeUInt32NoTag(size);
        int before = 0;
        for (int i = 0; i < size; i++) {
            int bucket = range.key().metric().bucket(places[i] - range.first());
            out.writeUInt32NoTag(bucket - before);
            out.writeSInt64NoTag(counts[places[i]]);
            before = bucket;
        }
    }

    /** The next place, from one on, where something is counted; the end if there is none. */
    private static int next(int[] counts, int from, int end) {
        int last = Math.min(end, counts.length);
        if (from >= last) {
            return end;
        }
        int zeros = Arrays.mismatch(counts, from, last, ZEROS, 0, last - from);
        return zeros < 0 ? end : from + zeros;
    }

    private void sort() {
        Map<String, Integer> all = new TreeMap<>();
        for (Counters.Key key : ranges.keySet()) {
            all.put(key.stage(), 0);
            all.put(key.label(), 0);
        }
        names = List.copyOf(all.keySet());
        for (int i = 0; i < names.size(); i++) {
            all.put(names.get(i), i);
        }
        sorted =
                ranges.values().stream()
                        .sorted(Comparator.comparing(Range::key))
                        .map(
                                it ->
                                        new Named(
                                                it,
                                                all.getOrDefault(it.key().stage(), 0),
                                                all.getOrDefault(it.key().label(), 0)))
                        .toList();
    }
}
