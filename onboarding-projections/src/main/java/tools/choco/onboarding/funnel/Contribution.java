package tools.choco.onboarding.funnel;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What an entry adds to the numbers of its funnel: a pure function of the entry, so that a change
 * is the new contribution minus the old one.
 */
final class Contribution {

    private Contribution() {}

    /** Takes what is added, or taken back. */
    @FunctionalInterface
    interface Counts {
        void add(Metric metric, String stage, String label, int bucket, long n);
    }

    /**
     * Adds an entry's contribution under an order to counters; nothing if it is not started.
     *
     * @param sign 1 to add it, -1 to take it back
     */
    static void of(
            FunnelDefinition definition, FunnelEntry entry, Order order, int sign, Counts into) {
        if (!entry.isStarted()) {
            return;
        }
        Standing standing = Standing.of(entry);
        int[] reachedBy = standing.reachedBy(definition, order);
        into.add(Metric.ENTRIES, "", "", 0, sign);
        into.add(Metric.OUTCOME, "", standing.outcome().key(), 0, sign);
        addStages(entry, standing, reachedBy, sign, into);
        addDropOff(entry, standing, reachedBy, sign, into);
        addRefusals(entry, standing, sign, into);
    }

    private static void addStages(
            FunnelEntry entry, Standing standing, int[] reachedBy, int sign, Counts into) {
        List<Fact> facts = entry.facts();
        long start = facts.get(standing.start()).timeMicros();
        // When the stage before was passed: its bucket, -1 if it was not or there is none.
        int before = -1;
        for (int stage = 0; stage < reachedBy.length; stage++) {
            if (!standing.isOffered(stage)) {
                continue;
            }
            String name = entry.stages().get(stage);
            int reached = bucket(facts, reachedBy[stage], start);
            int skipped = bucket(facts, standing.skippedBy(stage), start);
            into.add(Metric.OFFERED, name, "", 0, sign);
            if (standing.outcome() == Outcome.CONVERTED) {
                into.add(Metric.OFFERED_CONVERTED, name, "", 0, sign);
            }
            if (reached >= 0) {
                into.add(Metric.REACHED, name, "", reached, sign);
            } else if (skipped >= 0) {
                into.add(Metric.SKIPPED, name, "", 0, sign);
            }
            if (before >= 0) {
                into.add(Metric.PREVIOUS_PASSED, name, "", before, sign);
                if (reached >= 0) {
                    // Buckets stand in the order of times: the later of the two.
                    into.add(Metric.BOTH, name, "", Math.max(before, reached), sign);
                }
            }
            before = Math.max(reached, skipped);
        }
    }

    private static int bucket(List<Fact> facts, int fact, long start) {
        return fact == Standing.NONE ? -1 : Buckets.of(facts.get(fact).timeMicros() - start);
    }

    private static void addDropOff(
            FunnelEntry entry, Standing standing, int[] reachedBy, int sign, Counts into) {
        if (standing.isLost()) {
            int furthest = reachedBy.length - 1;
            while (reachedBy[furthest] == Standing.NONE) {
                furthest--;
            }
            into.add(Metric.LAST_DONE, entry.stages().get(furthest), lastDone(entry), 0, sign);
        }
    }

    /**
     * For instance {@code reached profile}, {@code skipped tools} or {@code refused
     * answers_invalid}.
     */
    private static String lastDone(FunnelEntry entry) {
        List<Fact> facts = entry.facts();
        for (int i = facts.size() - 1; i >= 0; i--) {
            Fact fact = facts.get(i);
            switch (fact.kind()) {
                case REACHED -> {
                    return "reached " + entry.stages().get(fact.stage());
                }
                case SKIPPED -> {
                    return "skipped " + entry.stages().get(fact.stage());
                }
                case REOPENED -> {
                    return "reopened " + entry.stages().get(fact.stage());
                }
                case REFUSED -> {
                    return "refused " + fact.detail();
                }
                case NOT_OFFERED, EXITED, ABANDONED, RESUMED, RESET, SITE, DIMENSION -> {
                    // Nothing that the user did.
                }
            }
        }
        throw new IllegalStateException("an entry without a start has no numbers");
    }

    private record Refusal(int stage, String code) {}

    private static void addRefusals(FunnelEntry entry, Standing standing, int sign, Counts into) {
        // Most entries met none.
        Set<Refusal> met = Set.of();
        int furthest = 0;
        for (Fact fact : entry.facts()) {
            if (fact.kind() == Fact.Kind.REACHED) {
                furthest = Math.max(furthest, fact.stage());
            } else if (fact.kind() == Fact.Kind.REFUSED) {
                int stage = fact.stage() >= 0 ? fact.stage() : standing.atHandAfter(furthest);
                met = met.isEmpty() ? new HashSet<>() : met;
                if (met.add(new Refusal(stage, fact.detail()))) {
                    String name = entry.stages().get(stage);
                    into.add(Metric.REFUSED, name, fact.detail(), 0, sign);
                    if (standing.outcome() == Outcome.CONVERTED) {
                        into.add(Metric.REFUSED_CONVERTED, name, fact.detail(), 0, sign);
                    }
                }
            }
        }
    }
}
