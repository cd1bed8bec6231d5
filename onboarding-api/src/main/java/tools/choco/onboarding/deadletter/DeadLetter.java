package tools.choco.onboarding.deadletter;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A parked event.
 *
 * @param id number of the letter, in the order of parking
 * @param processor processor that could not handle it
 * @param sequenceKey session, or for the saga and the policy site, whose later events wait behind
 *     it
 * @param sessionId session that the event belongs to; null if it is not known
 * @param position position of the event in the log
 * @param eventId id of the event
 * @param eventType what happened, {@code site.state_changed} for instance
 * @param cause type of the failure; null for one that waits behind another
 * @param message what the failure says; null for one that waits behind another
 * @param tries how often it failed; 0 for one that waits behind another
 * @param parkedAt when it was parked
 * @param lastTriedAt when it failed last, if that was after it was parked
 */
public record DeadLetter(
        long id,
        String processor,
        String sequenceKey,
        @Nullable String sessionId,
        long position,
        String eventId,
        String eventType,
        @Nullable String cause,
        @Nullable String message,
        int tries,
        Instant parkedAt,
        @Nullable Instant lastTriedAt) {}
