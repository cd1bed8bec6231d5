package tools.choco.onboarding.funnel;

import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.projection.AsOf;

/**
 * The numbers of a funnel; every number of one answer comes from one snapshot.
 *
 * @param funnelId name of the funnel
 * @param from first UTC day on which counted sessions started, inclusive
 * @param to last such day, inclusive
 * @param started sessions counted
 * @param stages in funnel order, zero counts included; never empty
 * @param outcomes how the sessions stand; they add up to {@code started}
 * @param asOf up to where of the log the numbers go
 * @param projectionVersion version of what the numbers mean
 */
public record FunnelAnswer(
        String funnelId,
        LocalDate from,
        LocalDate to,
        long started,
        List<Stage> stages,
        Outcomes outcomes,
        AsOf asOf,
        int projectionVersion) {

    /**
     * One stage.
     *
     * @param stage name of the stage
     * @param offered sessions that were offered it: the denominator
     * @param sessions of these, those that reached it
     * @param skipped of these, those that skipped it and did not reach it later
     * @param fromPrevious of the sessions that were offered it and have passed (reached or skipped)
     *     the stage offered to them before it, the share that reached it, 0 to 1; null if there are
     *     none
     * @param fromStart share of {@code sessions} in {@code offered}, 0 to 1; null if none was
     *     offered
     * @param timeToReachMs from the start to the first reach; null if nobody reached it
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
     * Times that half, 90 % and 99 % of the sessions that reached a stage did not exceed; each is a
     * time that a session took, in whole milliseconds.
     */
    public record TimeToReach(long p50, long p90, long p99) {}

    /** Number of sessions by {@link Outcome}. */
    public record Outcomes(
            long converted,
            long reset,
            long failed,
            long dropped,
            long parkedOnUser,
            long parkedOnUs,
            long inFlight) {}
}
