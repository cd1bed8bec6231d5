package tools.choco.onboarding.projection;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A read model that is, or was, built again from the log, or one session's part of it.
 *
 * @param id for a generation its name, for instance {@code funnel_g7}
 * @param projection name of the projection
 * @param generation number of the generation that is filled; null if a session is replayed in place
 * @param sessionId the session that was replayed in place; null for a generation
 * @param state where it is
 * @param requestedBy subject of the operator; null if a new version began it by itself
 * @param reason why, as the operator says it
 * @param requestedAt when it began
 * @param filledAt when the generation had reached the end of the log; null until then
 * @param endedAt when its generation was dropped, or the session was replayed; null until then
 * @param position log position of the last event applied; 0 if none was
 * @param head log position of the last event
 * @param eventsPerSecond since an instance took it up last; null unless it is being filled
 * @param error why it failed last; null if it goes on
 */
public record Replay(
        String id,
        String projection,
        @Nullable Integer generation,
        @Nullable String sessionId,
        State state,
        @Nullable String requestedBy,
        String reason,
        Instant requestedAt,
        @Nullable Instant filledAt,
        @Nullable Instant endedAt,
        long position,
        long head,
        @Nullable Double eventsPerSecond,
        @Nullable String error) {

    /** Where a replay is; printed in lower case. */
    public enum State {
        /** Reads the log from its start. */
        BUILDING,
        /** Follows the log and can be switched to. */
        READY,
        /** Is what queries read. */
        SERVING,
        /** Follows the log; queries read it before. */
        PREVIOUS,
        /** Was dropped by an operator. */
        CANCELLED,
        /** Was dropped after later generations took its place. */
        REPLACED,
        /** The session was replayed. */
        DONE,
        /** The session could not be replayed; nothing was changed. */
        FAILED;

        /** The name as printed. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether nothing will come of it any more by itself. */
        public boolean isSettled() {
            return this != BUILDING;
        }
    }

    /** Time until the end of the log at the present rate; null if that cannot be told. */
    public @Nullable Duration timeLeft() {
        return eventsPerSecond == null || eventsPerSecond <= 0
                ? null
                : Duration.ofMillis(
                        Math.round(1_000 * Math.max(0, head - position) / eventsPerSecond));
    }
}
