package tools.choco.onboarding.funnel;

import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;
import tools.choco.onboarding.projection.LoggedEvent;

/**
 * What one event says about an entry.
 *
 * @param kind what happened
 * @param stage index of the stage it is about, -1 if none; of {@link Kind#EXITED} the index of the
 *     exit, of {@link Kind#DIMENSION} that of the dimension
 * @param detail see {@link Kind}; empty if there is nothing to say
 * @param timeMicros when it happened, microseconds since 1970
 * @param appendedMicros when it was made for the log, microseconds since 1970
 * @param position position of the event in the log
 * @param eventId id of the event
 */
record Fact(
        Kind kind,
        int stage,
        String detail,
        long timeMicros,
        long appendedMicros,
        long position,
        UUID eventId) {

    /** In the order in which facts of one event stand. */
    enum Kind {
        /** The stage's event came. Detail: the other service's id of the event. */
        REACHED,
        /** The stage's step was skipped; only the last of these two of a stage is kept. */
        SKIPPED,
        /** The stage's step was opened again. */
        REOPENED,
        /** An event came that tells that the stage was not offered. */
        NOT_OFFERED,
        /** An exit's event came. Detail: the other service's id of the event. */
        EXITED,
        /** The session was given up; only the last of these two is kept. */
        ABANDONED,
        /** The user came back. */
        RESUMED,
        /** The session, or another service's entry, ended because the user began anew. */
        RESET,
        /**
         * Where the most advanced site is; only the last is kept. Detail: the state, for instance
         * {@code awaiting_github}.
         */
        SITE,
        /**
         * A command was refused. Stage: the one of its step, -1 if it names none that was offered.
         * Detail: the code.
         */
        REFUSED,
        /** The event has a field of a dimension. Detail: the value, as it counts. */
        DIMENSION
    }

    /** By event time; of the same instant the log's order decides. */
    static final Comparator<Fact> ORDER =
            (one, other) -> {
                int order = Long.compare(one.timeMicros, other.timeMicros);
                if (order == 0) {
                    order = Long.compare(one.position, other.position);
                }
                if (order == 0) {
                    order = one.kind.compareTo(other.kind);
                }
                return order == 0 ? Integer.compare(one.stage, other.stage) : order;
            };

    static Fact of(Kind kind, int stage, String detail, LoggedEvent event) {
        return new Fact(
                kind,
                stage,
                detail,
                micros(event.occurredAt()),
                micros(event.appendedAt()),
                event.position(),
                UUID.fromString(event.eventId()));
    }

    private static long micros(Instant time) {
        return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
    }
}
