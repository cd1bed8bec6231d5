package tools.choco.onboarding.funnel;

import java.util.Arrays;
import java.util.List;
import tools.choco.onboarding.events.v1.ProvisioningState;

/**
 * What the facts of a started entry come to.
 *
 * <p>Which stages were offered and skipped and how the entry stands are the same in every order;
 * which fact reached a stage is found by {@link #reachedBy}, one walk over the facts from the start
 * on.
 */
final class Standing {

    /** No fact. */
    static final int NONE = -1;

    private final List<String> stages;
    private final List<Fact> facts;
    private final int start;
    private final boolean[] offered;
    private final int[] skippedBy;
    private final boolean[] hasEvent;
    private final Outcome outcome;
    private final boolean exited;

    private Standing(FunnelEntry entry) {
        this.stages = entry.stages();
        this.facts = entry.facts();
        this.start = entry.start();
        this.offered = new boolean[stages.size()];
        this.skippedBy = new int[stages.size()];
        this.hasEvent = new boolean[stages.size()];
        Arrays.fill(offered, true);
        Arrays.fill(skippedBy, NONE);
        boolean wasReset = false;
        boolean abandoned = false;
        boolean wentOut = false;
        ProvisioningState site = ProvisioningState.PROVISIONING_STATE_UNSPECIFIED;
        for (int i = 0; i < facts.size(); i++) {
            Fact fact = facts.get(i);
            switch (fact.kind()) {
                case REACHED -> hasEvent[fact.stage()] |= i >= start;
                case SKIPPED -> skippedBy[fact.stage()] = i;
                case REOPENED -> skippedBy[fact.stage()] = NONE;
                case NOT_OFFERED -> offered[fact.stage()] = false;
                case EXITED -> wentOut |= i > start;
                case ABANDONED -> abandoned = true;
                case RESUMED -> abandoned = false;
                case RESET -> wasReset = true;
                case SITE -> site = FunnelEntry.state(fact.detail());
                case REFUSED, DIMENSION -> {
                    // Neither moves an entry.
                }
            }
        }
        for (int stage = 0; stage < offered.length; stage++) {
            // What came counts, whatever else was said of it.
            if (hasEvent[stage]) {
                offered[stage] = true;
                skippedBy[stage] = NONE;
            }
        }
        this.exited = wentOut;
        this.outcome =
                Outcome.of(
                        new Outcome.Facts(
                                hasEvent[lastOffered()], wasReset, exited, abandoned, site));
    }

    static Standing of(FunnelEntry entry) {
        return new Standing(entry);
    }

    Outcome outcome() {
        return outcome;
    }

    /** Whether the user gave up, or was let go through an exit. */
    boolean isLost() {
        return outcome == Outcome.DROPPED || outcome == Outcome.FAILED && exited;
    }

    /** Index of the fact that started the entry. */
    int start() {
        return start;
    }

    boolean isOffered(int stage) {
        return offered[stage];
    }

    /** Index of the fact by which a stage stands skipped; {@link #NONE} if it does not. */
    int skippedBy(int stage) {
        return offered[stage] ? skippedBy[stage] : NONE;
    }

    /**
     * By which fact each stage was reached under an order: its index, {@link #NONE} if by none.
     *
     * <p>Of the facts that may reach a stage the first does. Nothing after an exit does.
     */
    int[] reachedBy(FunnelDefinition definition, Order order) {
        int[] reachedBy = new int[offered.length];
        Arrays.fill(reachedBy, NONE);
        reachedBy[0] = start;
        boolean hasWindows = definition.hasStageWindows();
        int last = 0;
        boolean interrupted = false;
        for (int i = start + 1; i < facts.size(); i++) {
            Fact fact = facts.get(i);
            if (fact.kind() == Fact.Kind.EXITED) {
                break;
            }
            if (fact.kind() != Fact.Kind.REACHED || fact.stage() == last) {
                continue;
            }
            int stage = fact.stage();
            boolean reaches =
                    reachedBy[stage] == NONE
                            && (order == Order.ANY || stage == nextAfter(last))
                            && !interrupted
                            && (!hasWindows || isInTime(definition, stage, fact, reachedBy));
            if (reaches) {
                reachedBy[stage] = i;
                last = stage;
            } else {
                // Between the last stage and any other this event will always stand.
                interrupted = order == Order.STRICT;
            }
        }
        if (order == Order.ANY && definition.furthest()) {
            passAllBefore(reachedBy);
        }
        return reachedBy;
    }

    /** The stage that comes after one: offered, and not skipped. */
    private int nextAfter(int stage) {
        int next = stage + 1;
        while (next < offered.length && (!offered[next] || skippedBy[next] != NONE)) {
            next++;
        }
        return next;
    }

    /** The first stage after one that was offered; the last of all if there is none. */
    int atHandAfter(int stage) {
        for (int next = stage + 1; next < offered.length; next++) {
            if (offered[next]) {
                return next;
            }
        }
        return lastOffered();
    }

    /** Whether a fact is within its stage's window, which opens with the nearest stage before. */
    private boolean isInTime(FunnelDefinition definition, int stage, Fact fact, int[] reachedBy) {
        int before = stage - 1;
        while (before > 0 && reachedBy[before] == NONE) {
            before--;
        }
        long opened = facts.get(reachedBy[Math.max(before, 0)]).timeMicros();
        return fact.timeMicros() - opened <= definition.windowOf(stages.get(stage)).micros();
    }

    /** Has every stage count as reached by the first of its own and all later stages' facts. */
    private void passAllBefore(int[] reachedBy) {
        int first = NONE;
        for (int stage = offered.length - 1; stage >= 0; stage--) {
            if (reachedBy[stage] != NONE && (first == NONE || reachedBy[stage] < first)) {
                first = reachedBy[stage];
            }
            if (offered[stage] && skippedBy[stage] == NONE) {
                reachedBy[stage] = first;
            }
        }
    }

    private int lastOffered() {
        int stage = offered.length - 1;
        while (!offered[stage]) {
            stage--;
        }
        return stage;
    }
}
