package tools.choco.onboarding.bench.measure;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What came out of a bench.
 *
 * @param row what was measured
 * @param a the figures of A, round by round
 * @param b those of B; empty if there is no B
 * @param notes what else there is to know
 * @param skipped why there are no figures; null if there are
 */
public record Result(
        Row row, List<Double> a, List<Double> b, List<String> notes, @Nullable String skipped) {

    static Result skipped(Row row, String reason) {
        return new Result(row, List.of(), List.of(), List.of(), reason);
    }

    public boolean isSkipped() {
        return skipped != null;
    }

    double medianOfA() {
        return median(a);
    }

    double medianOfB() {
        return median(b);
    }

    /** Of each pair of rounds A/B, or A itself where there is no B. */
    List<Double> ratios() {
        if (b.isEmpty()) {
            return a;
        }
        return IntStream.range(0, a.size()).mapToObj(i -> a.get(i) / b.get(i)).toList();
    }

    double ratio() {
        return median(ratios());
    }

    double ratioMin() {
        return ratios().stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
    }

    double ratioMax() {
        return ratios().stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    }

    boolean isMet() {
        return row.aim().isMetBy(ratio());
    }

    private static double median(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        if (sorted.isEmpty()) {
            return Double.NaN;
        }
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
