package tools.choco.onboarding.bench.measure;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A line of the table.
 *
 * @param id number of the row
 * @param name what it is about
 * @param a what is measured
 * @param b what it is measured against; null if it is only held to its aim
 * @param unit of both
 * @param aim for A/B, or for A if there is no B
 */
public record Row(String id, String name, String a, @Nullable String b, String unit, Aim aim) {

    /**
     * What is asked of a row.
     *
     * @param bound the least or the most that will do
     * @param atLeast whether more is better
     */
    public record Aim(double bound, boolean atLeast) {

        public static Aim atLeast(double bound) {
            return new Aim(bound, true);
        }

        public static Aim atMost(double bound) {
            return new Aim(bound, false);
        }

        boolean isMetBy(double value) {
            return atLeast ? value >= bound : value <= bound;
        }

        @Override
        public String toString() {
            return "%s %s".formatted(atLeast ? "≥" : "≤", Numbers.of(bound));
        }
    }

    /** Numbers as people read them. */
    static final class Numbers {

        private Numbers() {}

        static String of(double value) {
            if (Math.abs(value) >= 100 || value == Math.rint(value)) {
                return String.format(Locale.ROOT, "%,.0f", value);
            }
            return String.format(Locale.ROOT, Math.abs(value) >= 10 ? "%.1f" : "%.2f", value);
        }
    }
}
