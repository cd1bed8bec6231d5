package tools.choco.onboarding.ops.replay;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.projection.Replay;

/** A replay as its routes answer it. */
record ReplayBody(
        String id,
        String projection,
        @Nullable Integer generation,
        @Nullable String sessionId,
        String state,
        @Nullable String requestedBy,
        String reason,
        Instant requestedAt,
        @Nullable Instant filledAt,
        @Nullable Instant endedAt,
        String position,
        String head,
        @Nullable Long eventsPerSecond,
        @Nullable Long secondsLeft,
        @Nullable String error) {

    static ReplayBody of(Replay replay) {
        Double rate = replay.eventsPerSecond();
        Duration left = replay.timeLeft();
        return new ReplayBody(
                replay.id(),
                replay.projection(),
                replay.generation(),
                replay.sessionId(),
                replay.state().key(),
                replay.requestedBy(),
                replay.reason(),
                replay.requestedAt(),
                replay.filledAt(),
                replay.endedAt(),
                Long.toString(replay.position()),
                Long.toString(replay.head()),
                rate == null ? null : Long.valueOf(Math.round(rate)),
                left == null ? null : Long.valueOf(left.toSeconds()),
                replay.error());
    }
}
