package tools.choco.onboarding.funnel;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Counts of entries: whole numbers with a sign, so that what was added can be taken back exactly,
 * in whatever order.
 *
 * <p>Equal counts have equal bytes: names sorted, counts by (metric, stage, label, bucket), nothing
 * that is zero.
 */
final class Counters implements Contribution.Counts {

    /**
     * What a row of buckets counts.
     *
     * @param stage empty where the metric has none
     * @param label empty where the metric has none
     */
    record Key(Metric metric, String stage, String label) implements Comparable<Key> {

        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::metric)
                        .thenComparing(Key::stage)
                        .thenComparing(Key::label);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }

        /** What a record compares by itself costs more: this is asked for every count there is. */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key
                    && metric == key.metric
                    && stage.equals(key.stage)
                    && label.equals(key.label);
        }

        /** Without the identity of the metric, which costs more than the rest. */
        @Override
        public int hashCode() {
            return (stage.hashCode() * 31 + label.hashCode()) * 31 + metric.ordinal();
        }
    }

    /** Counts by bucket, sorted; some may be zero. */
    private static final class Row {
        private int[] buckets;
        private long[] counts;
        private int size;

        Row() {
            this(new int[2], new long[2], 0);
        }

        /** Takes the arrays over. */
        Row(int[] buckets, long[] counts, int size) {
            this.buckets = buckets;
            this.counts = counts;
            this.size = size;
        }

        void add(int bucket, long n) {
            int place =
                    size > 0 && buckets[size - 1] < bucket
                            ? -size - 1
                            : Arrays.binarySearch(buckets, 0, size, bucket);
            if (place >= 0) {
                counts[place] += n;
                return;
            }
            place = -place - 1;
            if (size == buckets.length) {
                buckets = Arrays.copyOf(buckets, 2 * size + 1);
                counts = Arrays.copyOf(counts, 2 * size + 1);
            }
            System.arraycopy(buckets, place, buckets, place + 1, size - place);
            System.arraycopy(counts, place, counts, place + 1, size - place);
            buckets[place] = bucket;
            counts[place] = n;
            size++;
        }

        /** Merges rows of about the same length in one pass. */
        void addAll(int[] theirBuckets, long[] theirCounts, int theirSize) {
            if (size == 0) {
                buckets = Arrays.copyOf(theirBuckets, theirSize);
                counts = Arrays.copyOf(theirCounts, theirSize);
                size = theirSize;
                return;
            }
            if (theirSize <= 2) {
                for (int i = 0; i < theirSize; i++) {
                    add(theirBuckets[i], theirCounts[i]);
                }
                return;
            }
            int[] merged = new int[size + theirSize];
            long[] sums = new long[size + theirSize];
            int i = 0;
            int j = 0;
            int k = 0;
            while (i < size || j < theirSize) {
                int mine = i < size ? buckets[i] : Integer.MAX_VALUE;
                int theirs = j < theirSize ? theirBuckets[j] : Integer.MAX_VALUE;
                merged[k] = Math.min(mine, theirs);
                if (mine <= theirs) {
                    sums[k] += counts[i++];
                }
                if (theirs <= mine) {
                    sums[k] += theirCounts[j++];
                }
                k++;
            }
            buckets = merged;
            counts = sums;
            size = k;
        }

        /** Leaves out what is zero. */
        void tidy() {
            int kept = 0;
            for (int i = 0; i < size; i++) {
                if (counts[i] != 0) {
                    buckets[kept] = buckets[i];
                    counts[kept++] = counts[i];
                }
            }
            size = kept;
        }
    }

    private static final int ROWS_EXPECTED = 64;

    private final Map<Key, Row> rows = new HashMap<>(ROWS_EXPECTED);

    /** Adds to one count; {@code n} may be negative. */
    @Override
    public void add(Metric metric, String stage, String label, int bucket, long n) {
        rows.computeIfAbsent(new Key(metric, stage, label), key -> new Row())
                .add(metric.bucket(metric.place(bucket)), n);
    }

    /** Adds all counts of another. */
    void addAll(Counters other) {
        other.rows.forEach(
                (key, row) ->
                        rows.computeIfAbsent(key, it -> new Row())
                                .addAll(row.buckets, row.counts, row.size));
    }

    /**
     * Adds all counts that were encoded.
     *
     * @throws IllegalArgumentException if the bytes were never encoded
     */
    void addAll(byte[] encoded) {
        try {
            addAll(CodedInputStream.newInstance(encoded));
        } catch (IOException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("These are no counters", e);
        }
    }

    private void addAll(CodedInputStream in) throws IOException {
        String[] names = new String[in.readUInt32()];
        for (int i = 0; i < names.length; i++) {
            names[i] = in.readString();
        }
        while (!in.isAtEnd()) {
            Key key =
                    new Key(
                            Metric.at(in.readUInt32()),
                            names[in.readUInt32()],
                            names[in.readUInt32()]);
            int size = in.readUInt32();
            int[] buckets = new int[size];
            long[] counts = new long[size];
            int bucket = 0;
            for (int i = 0; i < size; i++) {
                bucket += in.readUInt32();
                buckets[i] = bucket;
                counts[i] = in.readSInt64();
            }
            Row row = rows.get(key);
            if (row == null) {
                rows.put(key, new Row(buckets, counts, size));
            } else {
                row.addAll(buckets, counts, size);
            }
        }
    }

    /** The counts as bytes, equal for equal counts. */
    byte[] encoded() {
        tidy();
        List<Key> keys = new ArrayList<>(rows.keySet());
        keys.sort(Comparator.naturalOrder());
        SortedSet<String> used = new TreeSet<>();
        keys.forEach(key -> used.addAll(List.of(key.stage(), key.label())));
        List<String> names = List.copyOf(used);
        Map<String, Integer> places = new HashMap<>();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeUInt32NoTag(names.size());
            for (String name : names) {
                places.put(name, places.size());
                out.writeStringNoTag(name);
            }
            for (Key key : keys) {
                Row row = rows.getOrDefault(key, new Row());
                out.writeUInt32NoTag(key.metric().ordinal());
                out.writeUInt32NoTag(places.getOrDefault(key.stage(), 0));
                out.writeUInt32NoTag(places.getOrDefault(key.label(), 0));
                out.writeUInt32NoTag(row.size);
                int bucket = 0;
                for (int i = 0; i < row.size; i++) {
                    out.writeUInt32NoTag(row.buckets[i] - bucket);
                    out.writeSInt64NoTag(row.counts[i]);
                    bucket = row.buckets[i];
                }
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Whether nothing is counted. */
    boolean isEmpty() {
        tidy();
        return rows.isEmpty();
    }

    /** What is counted, sorted. */
    Collection<Key> keys() {
        tidy();
        return new TreeSet<>(rows.keySet());
    }

    /** All of one row. */
    long sum(Metric metric, String stage, String label) {
        return sumTo(metric, stage, label, Integer.MAX_VALUE);
    }

    /** One row up to a bucket, inclusive. */
    long sumTo(Metric metric, String stage, String label, int bucket) {
        Row row = rows.get(new Key(metric, stage, label));
        long sum = 0;
        for (int i = 0; row != null && i < row.size && row.buckets[i] <= bucket; i++) {
            sum += row.counts[i];
        }
        return sum;
    }

    /**
     * Adds one row up to a bucket, inclusive, to counts by bucket.
     *
     * @return the sum of what was added
     */
    long addTo(long[] byBucket, Metric metric, String stage, int toBucket) {
        Row row = rows.get(new Key(metric, stage, ""));
        long sum = 0;
        for (int i = 0; row != null && i < row.size && row.buckets[i] <= toBucket; i++) {
            byBucket[row.buckets[i]] += row.counts[i];
            sum += row.counts[i];
        }
        return sum;
    }

    private void tidy() {
        rows.values()
                .removeIf(
                        row -> {
                            row.tidy();
                            return row.size == 0;
                        });
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Counters counters && Arrays.equals(encoded(), counters.encoded());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encoded());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Key key : keys()) {
            Row row = rows.getOrDefault(key, new Row());
            text.append(key).append(" {");
            for (int i = 0; i < row.size; i++) {
                text.append(row.buckets[i]).append(": ").append(row.counts[i]).append(' ');
            }
            text.append("}\n");
        }
        return text.toString();
    }
}
