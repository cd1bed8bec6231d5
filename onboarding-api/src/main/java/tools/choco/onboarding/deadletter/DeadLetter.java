package tools.choco.onboarding.deadletter;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A parked event.
 *
 * @param id number of the letter, in the order of parking
 * @param processor processor that could not handle it
 * @param sequenceKey aggregate whose later events wait behind it
 * @param position position of the event in the log
 * @param eventId id of the event
 * @param eventType what happened, {@code site.state_changed} for instance
 * @param cause type of the failure; null for one that waits behind another
 * @param message what the failure says; null for one that waits behind another
 * @param parkedAt when it was parked
 */
public record DeadLetter(
        long id,
        String processor,
        String sequenceKey,
        long position,
        String eventId,
        String eventType,
        @Nullable String cause,
        @Nullable String message,
        Instant parkedAt) {}
