package tools.choco.onboarding.siteview;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the list of sites in flight.
 *
 * @param items longest in its state first
 * @param nextCursor where the list goes on; null at its end
 */
public record InFlightPage(List<InFlightSite> items, @Nullable String nextCursor) {}
