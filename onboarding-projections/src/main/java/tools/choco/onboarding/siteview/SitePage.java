package tools.choco.onboarding.siteview;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a user's list.
 *
 * @param items newest request first
 * @param nextCursor where the list goes on; null at its end
 */
public record SitePage(List<SiteSummary> items, @Nullable String nextCursor) {}
