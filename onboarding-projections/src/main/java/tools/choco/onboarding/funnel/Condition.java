package tools.choco.onboarding.funnel;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What has to hold of a field of an event. A field that the event does not have never holds.
 *
 * @param field of our own events the name of a field, for instance {@code to_state}; of another
 *     service's a path into the JSON that came, for instance {@code data.plan}
 * @param negated whether the value has to be none of {@code values} instead of one of them
 * @param values as text; of an enum's value the part that tells it from the others, in lower case,
 *     for instance {@code live}
 */
public record Condition(String field, boolean negated, Set<String> values) {

    private static final Pattern HUMP = Pattern.compile("(?<=[a-z])(?=[A-Z])");

    public Condition {
        values = Set.copyOf(values);
    }

    /**
     * An enum's value as {@code values} has it: {@code PROVISIONING_STATE_LIVE} is {@code live}.
     */
    public static String text(EnumValueDescriptor value) {
        String name = value.getName().toLowerCase(Locale.ROOT);
        String prefix =
                HUMP.matcher(value.getType().getName()).replaceAll("_").toLowerCase(Locale.ROOT)
                        + "_";
        // A value of a newer schema has its number in the name, and no prefix.
        return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }
}
