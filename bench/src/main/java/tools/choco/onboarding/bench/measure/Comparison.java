package tools.choco.onboarding.bench.measure;

import java.util.List;

/** Two ways to do the same, ready to be measured in turns; or one way that is held to an aim. */
public interface Comparison {

    /** One way, measured for one round. */
    interface Way {
        double measure() throws Exception;
    }

    /** Two ways beside each other. */
    static Comparison of(Way a, Way b) {
        return new Comparison() {
            @Override
            public double a() throws Exception {
                return a.measure();
            }

            @Override
            public double b() throws Exception {
                return b.measure();
            }
        };
    }

    /** One way, of a row that has no B. */
    static Comparison alone(Way a) {
        return of(
                a,
                () -> {
                    throw new UnsupportedOperationException();
                });
    }

    /** Measures A for one round. */
    double a() throws Exception;

    /** Measures B for one round; not called where the row has none. */
    double b() throws Exception;

    /** What else a reader of the figures has to know, for instance memory; after the last round. */
    default List<String> notes() {
        return List.of();
    }
}
