package tools.choco.onboarding.funnel;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import tools.choco.onboarding.events.v1.ProvisioningState;

/**
 * How a session stands. Each is a predicate of its own, and of every session exactly one holds:
 * they are written in the order of precedence, and each excludes those before it.
 */
public enum Outcome {
    /** It was completed, whatever came after. */
    CONVERTED("converted"),
    /** It was reset before it was completed. */
    RESET("reset"),
    /** Its most advanced site has failed, or it took an exit of the funnel. */
    FAILED("failed"),
    /** It was abandoned. */
    DROPPED("dropped"),
    /** Its most advanced site waits for the user to link GitHub. */
    PARKED_ON_USER("parkedOnUser"),
    /** Its most advanced site is being made. */
    PARKED_ON_US("parkedOnUs"),
    /** The user is at it: no site was asked for, or one is live already. */
    IN_FLIGHT("inFlight");

    /**
     * What decides.
     *
     * @param completed whether the session was completed
     * @param wasReset whether it was reset
     * @param exited whether it took an exit of the funnel
     * @param abandoned whether it is abandoned and not resumed
     * @param site state of its most advanced site; UNSPECIFIED if it has none
     */
    record Facts(
            boolean completed,
            boolean wasReset,
            boolean exited,
            boolean abandoned,
            ProvisioningState site) {

        boolean isOpen() {
            return !completed && !wasReset;
        }

        boolean isUnderWay() {
            return isOpen() && !abandoned && !exited;
        }

        boolean hasFailed() {
            return exited || site == ProvisioningState.PROVISIONING_STATE_FAILED;
        }

        boolean siteAwaitsUser() {
            return site == ProvisioningState.PROVISIONING_STATE_AWAITING_GITHUB;
        }

        boolean siteAwaitsUs() {
            return switch (site) {
                case PROVISIONING_STATE_REQUESTED,
                        PROVISIONING_STATE_SOURCE_RESOLVING,
                        PROVISIONING_STATE_SOURCE_RESOLVED,
                        PROVISIONING_STATE_VERCEL_CREATING,
                        PROVISIONING_STATE_VERCEL_CREATED,
                        PROVISIONING_STATE_HOOK_CREATING,
                        PROVISIONING_STATE_HOOK_CREATED ->
                        true;
                case PROVISIONING_STATE_UNSPECIFIED,
                        PROVISIONING_STATE_AWAITING_GITHUB,
                        PROVISIONING_STATE_LIVE,
                        PROVISIONING_STATE_FAILED,
                        UNRECOGNIZED ->
                        false;
            };
        }

        boolean siteAwaitsNobody() {
            return site == ProvisioningState.PROVISIONING_STATE_UNSPECIFIED
                    || site == ProvisioningState.PROVISIONING_STATE_LIVE;
        }
    }

    private static final List<Outcome> ALL = List.of(values());

    private final String key;

    Outcome(String key) {
        this.key = key;
    }

    /** The name as printed and stored, for instance {@code parkedOnUser}. */
    @JsonValue
    public String key() {
        return key;
    }

    boolean holds(Facts facts) {
        return switch (this) {
            case CONVERTED -> facts.completed();
            case RESET -> !facts.completed() && facts.wasReset();
            case FAILED -> facts.isOpen() && facts.hasFailed();
            case DROPPED -> facts.isOpen() && facts.abandoned() && !facts.hasFailed();
            case PARKED_ON_USER -> facts.isUnderWay() && facts.siteAwaitsUser();
            case PARKED_ON_US -> facts.isUnderWay() && facts.siteAwaitsUs();
            case IN_FLIGHT -> facts.isUnderWay() && facts.siteAwaitsNobody();
        };
    }

    /**
     * The outcome that holds.
     *
     * @throws IllegalStateException if not exactly one does: none is the rest
     */
    static Outcome of(Facts facts) {
        Outcome holding = null;
        for (Outcome outcome : ALL) {
            if (outcome.holds(facts)) {
                if (holding != null) {
                    throw new IllegalStateException(
                            "%s has the outcomes %s and %s".formatted(facts, holding, outcome));
                }
                holding = outcome;
            }
        }
        if (holding == null) {
            throw new IllegalStateException(facts + " has no outcome");
        }
        return holding;
    }
}
