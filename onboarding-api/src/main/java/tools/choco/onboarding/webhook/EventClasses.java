package tools.choco.onboarding.webhook;

import com.google.protobuf.Message;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import tools.choco.onboarding.events.EventType;
import tools.choco.onboarding.events.v1.ProvisioningState;
import tools.choco.onboarding.events.v1.SiteProvisionStateChanged;

/**
 * What one can subscribe to: a type as {@code onboarding.started}, or a class of them. Refusals,
 * operators' acts and other systems' events are not among them.
 */
public final class EventClasses {

    /** Everything. */
    static final String ALL = "*";

    /** A site is live or has failed. */
    static final String TERMINAL = "site.state_changed.terminal";

    private static final Set<String> KNOWN =
            EventType.all().stream()
                    .filter(EventType::isOfSessionOrSite)
                    .flatMap(type -> Set.of(type.wireName(), family(type)).stream())
                    .collect(Collectors.toCollection(LinkedHashSet::new));

    static {
        KNOWN.add(ALL);
        KNOWN.add(TERMINAL);
    }

    private EventClasses() {}

    /** Whether one can subscribe to it. */
    public static boolean isKnown(String name) {
        return KNOWN.contains(name);
    }

    /** Everything that an event is delivered as; it is of a session or a site. */
    static Set<String> of(Message event) {
        EventType type = EventType.of(event);
        Set<String> classes = new LinkedHashSet<>(Set.of(ALL, type.wireName(), family(type)));
        if (event instanceof SiteProvisionStateChanged changed && isTerminal(changed)) {
            classes.add(TERMINAL);
        }
        return classes;
    }

    private static boolean isTerminal(SiteProvisionStateChanged changed) {
        return changed.getToState() == ProvisioningState.PROVISIONING_STATE_LIVE
                || changed.getToState() == ProvisioningState.PROVISIONING_STATE_FAILED;
    }

    private static String family(EventType type) {
        return type.wireName().substring(0, type.wireName().indexOf('.')) + ".*";
    }
}
