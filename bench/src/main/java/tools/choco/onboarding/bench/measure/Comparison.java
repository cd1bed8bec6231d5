package tools.choco.onboarding.bench.measure;

import java.util.List;

/** Two ways to do the same, ready to be measured in turns; or one way that is held to an aim. */
public interface Comparison {

    /** Measures A for one round. */
    double a() throws Exception;

    /** Measures B for one round; not called where the row has none. */
    double b() throws Exception;

    /** What else a reader of the figures has to know, for instance memory; after the last round. */
    default List<String> notes() {
        return List.of();
    }
}
