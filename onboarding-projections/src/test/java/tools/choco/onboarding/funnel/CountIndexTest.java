package tools.choco.onboarding.funnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class CountIndexTest {

    record Addition(Metric metric, String stage, String label, int bucket) {}

    @Provide
    Arbitrary<List<Addition>> additions() {
        return Combinators.combine(
                        Arbitraries.of(Metric.class),
                        Arbitraries.of("", "profile", "completed", "größe"),
                        Arbitraries.of("", "converted", "answers_invalid /teamSize too_small"),
                        Arbitraries.integers().between(0, Buckets.COUNT - 1))
                // Only what reached a stage is told apart by all buckets.
                .as(
                        (metric, stage, label, bucket) ->
                                new Addition(
                                        metric, stage, label, metric.buckets() == 1 ? 0 : bucket))
                .list()
                .ofMaxSize(200);
    }

    @Property(tries = 300)
    void encodesAsCountersDo(
            @ForAll("additions") List<Addition> elsewhere,
            @ForAll("additions") List<Addition> here) {
        CountIndex index = new CountIndex();
        elsewhere.forEach(it -> place(index, it));
        int[] counts = new int[index.size()];
        Counters counters = new Counters();
        for (Addition addition : here) {
            int place = place(index, addition);
            if (place >= counts.length) {
                counts = Arrays.copyOf(counts, index.size());
            }
            counts[place]++;
            counters.add(
                    addition.metric(), addition.stage(), addition.label(), addition.bucket(), 1);
        }

        assertThat(index.encoded(counts)).isEqualTo(counters.encoded());
    }

    @Property(tries = 100)
    void encodesWhatCameUpOnlyAfterItWasAsked(
            @ForAll("additions") List<Addition> first, @ForAll("additions") List<Addition> second) {
        CountIndex index = new CountIndex();
        first.forEach(it -> place(index, it));
        assertThat(index.encoded(new int[index.size()])).isEqualTo(new Counters().encoded());

        second.forEach(it -> place(index, it));
        int[] counts = new int[index.size()];
        Counters counters = new Counters();
        for (Addition it : second) {
            counts[place(index, it)]++;
            counters.add(it.metric(), it.stage(), it.label(), it.bucket(), 1);
        }

        assertThat(index.encoded(counts)).isEqualTo(counters.encoded());
    }

    private static int place(CountIndex index, Addition addition) {
        return index.place(
                addition.metric(), addition.stage(), addition.label(), addition.bucket());
    }
}
