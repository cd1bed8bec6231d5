package tools.choco.onboarding.funnel;

import java.time.LocalDate;
import java.util.List;
import tools.choco.onboarding.projection.AsOf;

/**
 * The numbers of a funnel day by day, from one snapshot; without histograms.
 *
 * @param funnelId name of the funnel
 * @param from first UTC day, inclusive
 * @param to last UTC day, inclusive
 * @param order how strictly stages had to follow each other
 * @param window how long after the start a stage still counted
 * @param days every day of the range
 * @param restatements late events that changed numbers of these days, the newest day first
 * @param asOf up to where of the log the numbers go
 * @param projectionVersion version of what the numbers mean
 * @param parkedSequences sessions left out, since one of their events could not be applied
 */
public record FunnelTrend(
        String funnelId,
        LocalDate from,
        LocalDate to,
        String order,
        String window,
        List<Day> days,
        List<FunnelAnswer.Restatement> restatements,
        AsOf asOf,
        int projectionVersion,
        long parkedSequences) {

    /**
     * Numbers of one day.
     *
     * @param incomplete whether entries of the day could still reach stages within the window after
     *     {@code asOf}; never-ending without a window
     * @param breakdown the same for each value of the dimension asked for, sorted by value
     */
    public record Day(
            LocalDate day,
            boolean incomplete,
            long started,
            List<FunnelAnswer.Stage> stages,
            FunnelAnswer.Outcomes outcomes,
            List<FunnelAnswer.Slice> breakdown) {}
}
