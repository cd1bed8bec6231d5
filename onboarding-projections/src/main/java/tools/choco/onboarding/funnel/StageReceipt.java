package tools.choco.onboarding.funnel;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Why an entry counts for a stage.
 *
 * @param stage name of the stage
 * @param skipped whether it was skipped instead of reached
 * @param eventId the event that counted
 * @param position its position in the log
 * @param timeMicros when it happened, microseconds since 1970
 */
record StageReceipt(String stage, boolean skipped, UUID eventId, long position, long timeMicros) {

    /**
     * The receipts of an entry under an order, in funnel order, of the stages that it reached or
     * skipped; without a window.
     */
    static List<StageReceipt> receipts(
            FunnelDefinition definition, FunnelEntry entry, Order order) {
        if (!entry.isStarted()) {
            return List.of();
        }
        Standing standing = Standing.of(entry);
        int[] reachedBy = standing.reachedBy(definition, order);
        List<StageReceipt> receipts = new ArrayList<>();
        for (int stage = 0; stage < reachedBy.length; stage++) {
            boolean reached = reachedBy[stage] != Standing.NONE;
            int by = reached ? reachedBy[stage] : standing.skippedBy(stage);
            if (by != Standing.NONE) {
                Fact fact = entry.facts().get(by);
                receipts.add(
                        new StageReceipt(
                                entry.stages().get(stage),
                                !reached,
                                fact.eventId(),
                                fact.position(),
                                fact.timeMicros()));
            }
        }
        return receipts;
    }
}
