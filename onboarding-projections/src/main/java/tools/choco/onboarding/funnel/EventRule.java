package tools.choco.onboarding.funnel;

import java.util.List;

/**
 * Events of one type, perhaps not all of them.
 *
 * @param type type of the event as its service names it, for instance {@code onboarding.started}
 * @param conditions all of which have to hold
 */
public record EventRule(String type, List<Condition> conditions) {

    public EventRule {
        conditions = List.copyOf(conditions);
    }
}
