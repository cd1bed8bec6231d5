package tools.choco.onboarding.funnel;

import java.util.Set;

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

    public Condition {
        values = Set.copyOf(values);
    }
}
