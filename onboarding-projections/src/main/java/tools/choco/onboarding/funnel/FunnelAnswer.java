package tools.choco.onboarding.funnel;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.projection.AsOf;

/**
 * The numbers of a funnel; every number of one answer comes from one snapshot.
 *
 * @param funnelId name of the funnel
 * @param from first UTC day on which counted entries started, inclusive
 * @param to last such day, inclusive
 * @param order how strictly stages had to follow each other
 * @param window how long after the start a stage still counted
 * @param started entries counted
 * @param stages in funnel order, zero counts included; never empty
 * @param outcomes how the entries stand; they add up to {@code started}, and depend on neither
 *     order nor window
 * @param restatements late events that changed numbers of these days, the newest day first
 * @param breakdown the same for each value of the dimension asked for, sorted by value
 * @param asOf up to where of the log the numbers go
 * @param projectionVersion version of what the numbers mean
 * @param parkedSequences sessions left out, since one of their events could not be applied
 */
public record FunnelAnswer(
        String funnelId,
        LocalDate from,
        LocalDate to,
        String order,
        String window,
        long started,
        List<Stage> stages,
        Outcomes outcomes,
        List<Restatement> restatements,
        List<Slice> breakdown,
        AsOf asOf,
        int projectionVersion,
        long parkedSequences) {

    /** Numbers of one value of a dimension; empty of the entries that have none. */
    public record Slice(String value, long started, List<Stage> stages, Outcomes outcomes) {}

    /**
     * One stage.
     *
     * @param stage name of the stage
     * @param offered entries that were offered it: the denominator
     * @param sessions of these, those that reached it within the window
     * @param skipped of these, those that skipped it and never reached it, whatever the window
     * @param fromPrevious of the entries that were offered it and passed (reached or skipped) the
     *     stage offered to them before it within the window, the share that reached it within the
     *     window, 0 to 1; null if there are none, as for the first stage
     * @param fromStart share of {@code sessions} in {@code offered}, 0 to 1; null if none was
     *     offered
     * @param timeToReachMs from the start to the reach that counts; null if nobody reached it
     */
    public record Stage(
            String stage,
            long offered,
            long sessions,
            long skipped,
            @Nullable Double fromPrevious,
            @Nullable Double fromStart,
            @Nullable TimeToReach timeToReachMs) {}

    /**
     * Times that half, 90 % and 99 % of those who reached a stage did not exceed: upper bounds of
     * buckets, at most 5 % too long; beyond 400 days, 400 days.
     *
     * @param histogram the buckets with somebody in them, the shortest time first
     */
    public record TimeToReach(long p50, long p90, long p99, List<Bucket> histogram) {}

    /**
     * Those who took a time longer than the bucket before and at most this.
     *
     * @param upToMs null for what took longer than 400 days
     */
    public record Bucket(@Nullable Long upToMs, long sessions) {}

    /** Number of entries by {@link Outcome}. */
    public record Outcomes(
            long converted,
            long reset,
            long failed,
            long dropped,
            long parkedOnUser,
            long parkedOnUs,
            long inFlight) {}

    /**
     * An event that came on a later day than it happened, and changed the numbers of a day already
     * past, in the funnel's own order and without a window.
     *
     * @param position its position in the log
     * @param eventId its id
     * @param day the day whose numbers changed
     * @param occurredAt when it happened
     * @param appendedAt when it came
     * @param entries by how much the number of entries changed
     * @param stages by how much the numbers of stages changed, where they did
     * @param cause type of the event
     */
    public record Restatement(
            String position,
            String eventId,
            LocalDate day,
            Instant occurredAt,
            Instant appendedAt,
            long entries,
            Map<String, Difference> stages,
            String cause) {}

    /** By how much the numbers of a stage changed. */
    public record Difference(long offered, long sessions, long skipped) {}
}
