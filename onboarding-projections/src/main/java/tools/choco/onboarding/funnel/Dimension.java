package tools.choco.onboarding.funnel;

import java.util.Set;

/**
 * By what sessions are told apart.
 *
 * @param name of our own sessions {@code flow}, {@code version}, {@code variant}, {@code source},
 *     {@code path} or {@code hosting}; of another service's {@code service}, or any name of a field
 * @param field path of the field in the JSON of another service's events, the first of an entry
 *     that has it counts; empty if the value is no field
 * @param values the values that are told apart, all others count as {@link #OTHER}; empty if all
 *     are, which only values that no client chooses may be
 */
public record Dimension(String name, String field, Set<String> values) {

    public static final String FLOW = "flow";
    public static final String VERSION = "version";
    public static final String VARIANT = "variant";
    public static final String SOURCE = "source";
    public static final String PATH = "path";
    public static final String HOSTING = "hosting";
    public static final String SERVICE = "service";

    /** What a value counts as that is not told apart. */
    public static final String OTHER = "other";

    /** The value of an entry that has none, for instance before a path is chosen. */
    public static final String NONE = "";

    public Dimension {
        values = Set.copyOf(values);
    }

    /** What a value counts as. */
    String counted(String value) {
        return values.isEmpty() || value.isEmpty() || values.contains(value) ? value : OTHER;
    }
}
