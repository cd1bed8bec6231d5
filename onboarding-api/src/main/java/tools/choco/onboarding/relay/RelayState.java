package tools.choco.onboarding.relay;

import java.util.Locale;

/** What the relay of one instance is doing. */
public enum RelayState {
    /** No NATS server is configured. */
    OFF,
    /** Another instance relays. */
    STANDBY,
    /** NATS or the log cannot be reached at present. */
    AWAY,
    /** Events are on their way. */
    CATCHING_UP,
    /** Every event of the log is in the stream. */
    IN_STEP,
    /** The stream is not this log's copy; nothing is published until a person has looked. */
    REFUSED;

    /** As in the API and in metrics. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
