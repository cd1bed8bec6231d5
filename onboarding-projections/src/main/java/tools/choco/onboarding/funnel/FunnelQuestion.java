package tools.choco.onboarding.funnel;

import java.time.LocalDate;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of a funnel to count, and how.
 *
 * @param funnel the funnel
 * @param from first UTC day on which counted entries started, inclusive
 * @param to last such day, inclusive; not before {@code from}
 * @param order how strictly the stages follow each other
 * @param window how long after the start a stage still counts
 * @param breakdown a dimension of the funnel whose values are told apart; null for none
 * @param filters values by dimension, all of which have to hold; one is answered from the roll-ups,
 *     as is a breakdown by the same or without a filter; what goes beyond reads every entry
 * @param includeTest also traffic marked as a test
 */
public record FunnelQuestion(
        FunnelDefinition funnel,
        LocalDate from,
        LocalDate to,
        Order order,
        Window window,
        @Nullable String breakdown,
        Map<String, String> filters,
        boolean includeTest) {

    /**
     * @throws IllegalArgumentException if {@code to} comes before {@code from}, or the funnel lacks
     *     a dimension that is named
     */
    public FunnelQuestion {
        filters = Map.copyOf(filters);
        if (to.isBefore(from)) {
            throw new IllegalArgumentException("to comes before from");
        }
        if (!funnel.dimensionNames().containsAll(filters.keySet())
                || (breakdown != null && !funnel.dimensionNames().contains(breakdown))) {
            throw new IllegalArgumentException("the funnel has no such dimension");
        }
    }

    /** Everything of some days, as the funnel has it unless told otherwise. */
    public static FunnelQuestion of(FunnelDefinition funnel, LocalDate from, LocalDate to) {
        return new FunnelQuestion(
                funnel, from, to, funnel.order(), funnel.window(), null, Map.of(), false);
    }
}
