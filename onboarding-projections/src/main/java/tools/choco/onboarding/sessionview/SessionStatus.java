package tools.choco.onboarding.sessionview;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/** Where a session is in its life; printed in lower case. */
public enum SessionStatus {
    /** Under way. */
    ACTIVE,
    /** Idle beyond the flow's limit; it can still be resumed. */
    ABANDONED,
    /** Every required step is done. */
    COMPLETED,
    /** Ended by a reset; another session goes on. */
    RESET;

    /** The name as printed, for instance {@code active}. */
    @JsonValue
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The status of that printed name.
     *
     * @throws IllegalArgumentException if there is none
     */
    @JsonCreator
    public static SessionStatus of(String key) {
        return Arrays.stream(values())
                .filter(status -> status.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no session status: " + key));
    }
}
