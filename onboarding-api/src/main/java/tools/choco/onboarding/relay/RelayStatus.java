package tools.choco.onboarding.relay;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How the stream is doing, as this instance sees it.
 *
 * @param state what this instance's relay is doing
 * @param position log position of the last event known to be in the stream, or passed over; null if
 *     not known
 * @param head position of the last event of the log
 * @param backlogEvents events of the log after {@code position}; null if that is not known
 * @param backlogMs age of the first of them, in milliseconds; 0 if there is none; null if not known
 * @param lastFailure what went wrong last in this process; null if nothing did
 */
public record RelayStatus(
        RelayState state,
        @Nullable Long position,
        long head,
        @Nullable Long backlogEvents,
        @Nullable Long backlogMs,
        @Nullable Failure lastFailure) {

    /**
     * Something that went wrong.
     *
     * @param at when
     * @param kind {@code stream}, {@code refused}, {@code log} or {@code defect}
     * @param detail one sentence, without addresses and secrets
     */
    public record Failure(Instant at, String kind, String detail) {}
}
