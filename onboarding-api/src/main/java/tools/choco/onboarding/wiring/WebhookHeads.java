package tools.choco.onboarding.wiring;

import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.eventlog.LogReader;

/**
 * Where the log ends when a subscription begins. The processor begins where the first of these was,
 * so no event after a subscription is before it.
 */
final class WebhookHeads {

    private final LogReader log;
    private @Nullable Long first;

    WebhookHeads(LogReader log) {
        this.log = log;
    }

    /** The head when this instance first asked. */
    synchronized long first() {
        if (first == null) {
            first = log.head();
        }
        return first;
    }

    /** The present head. */
    long now() {
        long earlier = first();
        return Math.max(earlier, log.head());
    }
}
