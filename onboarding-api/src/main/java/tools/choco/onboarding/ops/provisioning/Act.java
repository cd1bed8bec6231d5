package tools.choco.onboarding.ops.provisioning;

import java.util.Locale;

/** What an operator can do to a provisioning. */
enum Act {
    /** Lets it go on, if it is parked or stalled. */
    START,
    /** Begins a new attempt of one that failed. */
    RETRY,
    /** Gives the attempt up. */
    FAIL;

    /** The word in routes. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The name in the audit. */
    String action() {
        return "provisioning." + word();
    }
}
