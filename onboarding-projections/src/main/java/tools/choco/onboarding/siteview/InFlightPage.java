package tools.choco.onboarding.siteview;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the list of sites in flight.
 *
 * @param items longest in its state first
 * @param nextCursor where the list goes on; null at its end
 * @param parkedSequences how many sessions' latest events the list lacks, because one of each could
 *     not be applied
 */
public record InFlightPage(
        List<InFlightSite> items, @Nullable String nextCursor, long parkedSequences) {}
