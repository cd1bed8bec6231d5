package tools.choco.onboarding.webhook;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One event for one subscription.
 *
 * @param deliveryId its id
 * @param eventId id of the event, which the receiver gets as {@code webhook-id}
 * @param eventType type of the event
 * @param state what has become of it
 * @param attempts tries in all
 * @param createdAt when it was made
 * @param nextAttemptAt when it is tried next; null unless it is pending
 * @param lastAttemptAt when it was tried last; null if it was not
 * @param lastStatus HTTP status of the last answer; null if there was none
 * @param lastError why the last try failed, one word; null if it did not
 * @param deliveredAt when the receiver took it; null if it did not
 */
public record Delivery(
        UUID deliveryId,
        UUID eventId,
        String eventType,
        State state,
        int attempts,
        Instant createdAt,
        @Nullable Instant nextAttemptAt,
        @Nullable Instant lastAttemptAt,
        @Nullable Integer lastStatus,
        @Nullable String lastError,
        @Nullable Instant deliveredAt) {

    /** What has become of a delivery. */
    public enum State {
        /** To be tried, or tried again. */
        PENDING,
        /** Taken by the receiver. */
        DELIVERED,
        /** Given up, until somebody sends it again. */
        PARKED;

        /** As in the table and on the wire. */
        @JsonValue
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The state that a word stands for. */
        public static State of(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }
}
