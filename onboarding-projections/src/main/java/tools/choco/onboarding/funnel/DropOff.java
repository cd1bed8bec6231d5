package tools.choco.onboarding.funnel;

import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.projection.AsOf;

/**
 * Where the entries of a funnel drop off, and what they met before; from one snapshot. Depends on
 * neither order nor window.
 *
 * @param funnelId name of the funnel
 * @param from first UTC day on which counted entries started, inclusive
 * @param to last such day, inclusive
 * @param started entries counted
 * @param dropped of these, the ones that were dropped
 * @param stages in funnel order
 * @param asOf up to where of the log the numbers go
 * @param projectionVersion version of what the numbers mean
 * @param parkedSequences sessions left out, since one of their events could not be applied
 */
public record DropOff(
        String funnelId,
        LocalDate from,
        LocalDate to,
        long started,
        long dropped,
        List<Stage> stages,
        AsOf asOf,
        int projectionVersion,
        long parkedSequences) {

    /**
     * One stage.
     *
     * @param stage name of the stage
     * @param dropped entries that were dropped, and reached no later stage than this
     * @param lastDone the last thing that these did, the most frequent first
     * @param refusals what entries were refused at this stage, the most frequent first
     */
    public record Stage(
            String stage, long dropped, List<LastDone> lastDone, List<Refusal> refusals) {}

    /** The last thing done, and how many did it. */
    public record LastDone(String what, long sessions) {}

    /**
     * A refusal, and how those that met it convert beside those that did not.
     *
     * @param code its code
     * @param sessions entries that met it at the stage
     * @param converted of these, the ones that converted
     * @param conversion {@code converted} in {@code sessions}, 0 to 1
     * @param conversionOfOthers the same for the entries that were offered the stage and did not
     *     meet it there; null if all did
     */
    public record Refusal(
            String code,
            long sessions,
            long converted,
            double conversion,
            @Nullable Double conversionOfOthers) {}
}
