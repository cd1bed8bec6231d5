package tools.choco.onboarding.sessionview;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the list.
 *
 * @param items newest start first
 * @param nextCursor where the list goes on; null at its end
 * @param parkedSequences how many sessions' latest events the list lacks, because one of each could
 *     not be applied
 */
public record SessionPage(
        List<SessionSummary> items, @Nullable String nextCursor, long parkedSequences) {}
