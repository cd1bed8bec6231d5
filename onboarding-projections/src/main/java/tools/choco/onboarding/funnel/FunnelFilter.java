package tools.choco.onboarding.funnel;

import org.jspecify.annotations.Nullable;

/**
 * Which sessions to count; all that is given has to hold.
 *
 * @param flowId in that flow
 * @param flowVersion in that version of a flow
 * @param variant with that variant
 * @param source from that source
 * @param pathId on that path
 * @param includeTest also traffic marked as a test
 */
public record FunnelFilter(
        @Nullable String flowId,
        @Nullable Integer flowVersion,
        @Nullable String variant,
        @Nullable String source,
        @Nullable String pathId,
        boolean includeTest) {

    /** Every session that is no test traffic. */
    public static final FunnelFilter ALL = new FunnelFilter(null, null, null, null, null, false);
}
