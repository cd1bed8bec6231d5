package tools.choco.onboarding;

import com.google.protobuf.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as events carry them: microseconds, so that memory and log never differ. */
public final class EventTime {

    private EventTime() {}

    /** Now, truncated to microseconds. */
    public static Instant now(Clock clock) {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Now, but never before {@code previous}: time does not run backwards within an aggregate. */
    public static Instant notBefore(Instant previous, Clock clock) {
        Instant now = now(clock);
        return now.isBefore(previous) ? previous : now;
    }

    /** The protobuf form. */
    public static Timestamp toProto(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    /** The java.time form. */
    public static Instant fromProto(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }
}
