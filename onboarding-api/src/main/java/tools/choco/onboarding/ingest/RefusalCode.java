package tools.choco.onboarding.ingest;

import java.util.Locale;

/** Why an event of a batch is not taken. None of them goes away by sending the event again. */
enum RefusalCode {
    NOT_AN_EVENT,
    EVENT_TOO_LARGE,
    MISSING_FIELD,
    MISSING_SESSION,
    INVALID_FIELD,
    OWN_SOURCE,
    SOURCE_NOT_ALLOWED,
    TIME_IN_FUTURE,
    EVENT_ID_REUSED;

    /** The stable code. */
    String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
