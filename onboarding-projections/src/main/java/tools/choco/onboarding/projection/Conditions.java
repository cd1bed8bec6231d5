package tools.choco.onboarding.projection;

import java.util.ArrayList;
import java.util.List;

/** The conditions of a filter with their values. */
public final class Conditions {

    private final List<String> texts = new ArrayList<>();
    private final List<Object> values = new ArrayList<>();

    /** Adds a condition with as many values as it has question marks. */
    public void add(String text, Object... its) {
        texts.add(text);
        values.addAll(List.of(its));
    }

    /** The values, in the order of the conditions. */
    public List<Object> values() {
        return values;
    }

    /** {@code WHERE} with all conditions, after a blank; empty if there is none. */
    public String where() {
        return texts.isEmpty() ? "" : " WHERE " + String.join(" AND ", texts);
    }
}
