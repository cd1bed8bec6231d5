package tools.choco.onboarding.funnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class CountersTest {

    record Addition(Metric metric, String stage, String label, int bucket, long n) {

        void to(Counters counters, int sign) {
            counters.add(metric, stage, label, bucket, sign * n);
        }
    }

    @Provide
    Arbitrary<List<Addition>> additions() {
        return Combinators.combine(
                        Arbitraries.of(Metric.class),
                        Arbitraries.of("", "profile", "completed", "größe"),
                        Arbitraries.of("", "converted", "answers_invalid /teamSize too_small"),
                        Arbitraries.integers().between(0, 600),
                        Arbitraries.longs().between(-3, 5_000_000_000L))
                .as(Addition::new)
                .list()
                .ofMaxSize(60);
    }

    @Property(tries = 300)
    void comesBackFromItsBytes(@ForAll("additions") List<Addition> additions) {
        Counters counters = of(additions, 1);

        Counters back = new Counters();
        back.addAll(counters.encoded());

        assertThat(back).isEqualTo(counters);
        assertThat(back.keys()).isEqualTo(counters.keys());
    }

    @Property(tries = 300)
    void hasTheSameBytesInWhateverOrderItWasAdded(
            @ForAll("additions") List<Addition> additions, @ForAll Random random) {
        List<Addition> shuffled = new ArrayList<>(additions);
        Collections.shuffle(shuffled, random);

        assertThat(of(shuffled, 1).encoded()).isEqualTo(of(additions, 1).encoded());
    }

    @Property(tries = 300)
    void addsWhatAnotherHolds(
            @ForAll("additions") List<Addition> first, @ForAll("additions") List<Addition> second) {
        Counters all = of(first, 1);
        second.forEach(it -> it.to(all, 1));

        Counters merged = of(first, 1);
        merged.addAll(of(second, 1));
        Counters decoded = of(second, 1);
        decoded.addAll(of(first, 1).encoded());

        assertThat(merged).isEqualTo(all);
        assertThat(decoded).isEqualTo(all);
    }

    @Property(tries = 300)
    void isEmptyOnceEverythingIsTakenBack(
            @ForAll("additions") List<Addition> additions, @ForAll Random random) {
        Counters counters = of(additions, 1);
        List<Addition> shuffled = new ArrayList<>(additions);
        Collections.shuffle(shuffled, random);
        shuffled.forEach(it -> it.to(counters, -1));

        assertThat(counters.isEmpty()).isTrue();
        assertThat(counters.encoded()).isEqualTo(new Counters().encoded());
    }

    @Property(tries = 300)
    void sumsUpToABucket(@ForAll("additions") List<Addition> additions) {
        Counters counters = of(additions, 1);
        for (int to : List.of(0, 100, 600)) {
            long expected =
                    additions.stream()
                            .filter(
                                    it ->
                                            it.metric() == Metric.REACHED
                                                    && it.stage().equals("profile")
                                                    && it.label().isEmpty()
                                                    && it.bucket() <= to)
                            .mapToLong(Addition::n)
                            .sum();

            assertThat(counters.sumTo(Metric.REACHED, "profile", "", to)).isEqualTo(expected);
        }
    }

    @Example
    void refusesBytesOfSomethingElse() {
        assertThatThrownBy(() -> new Counters().addAll(new byte[] {1, 9, 9}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Counters of(List<Addition> additions, int sign) {
        Counters counters = new Counters();
        additions.forEach(it -> it.to(counters, sign));
        return counters;
    }
}
