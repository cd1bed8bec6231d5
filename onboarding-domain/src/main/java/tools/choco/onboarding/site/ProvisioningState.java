package tools.choco.onboarding.site;

import java.util.List;
import java.util.Locale;

/** Where the provisioning of a user's own site is, and where it can go from there. */
public enum ProvisioningState {
    /** Asked for; nothing has been done yet. */
    REQUESTED,
    /** The source repository is being made. */
    SOURCE_RESOLVING,
    /** The source repository exists. */
    SOURCE_RESOLVED,
    /** The hosting project is being made. */
    VERCEL_CREATING,
    /** The hosting project exists. */
    VERCEL_CREATED,
    /** The deploy hook is being made. */
    HOOK_CREATING,
    /** The deploy hook exists; the first deploy runs from here on. */
    HOOK_CREATED,
    /** The site is served; terminal. */
    LIVE,
    /** Parked until the user links GitHub; not terminal. */
    AWAITING_GITHUB,
    /** Given up; terminal until a retry begins a new attempt. */
    FAILED;

    private static final String PROTO_PREFIX = "PROVISIONING_STATE_";

    /** The name that clients and read tables know: {@code source_resolving}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The events' form. */
    public tools.choco.onboarding.events.v1.ProvisioningState toProto() {
        return tools.choco.onboarding.events.v1.ProvisioningState.valueOf(PROTO_PREFIX + name());
    }

    /**
     * The state that an event names.
     *
     * @throws IllegalArgumentException if it names none that is known here
     */
    public static ProvisioningState of(tools.choco.onboarding.events.v1.ProvisioningState state) {
        return switch (state) {
            case PROVISIONING_STATE_UNSPECIFIED, UNRECOGNIZED ->
                    throw new IllegalArgumentException("unknown provisioning state");
            default -> valueOf(state.name().substring(PROTO_PREFIX.length()));
        };
    }

    /** The states one hop away. A retry is no hop: it begins a new attempt. */
    public List<ProvisioningState> next() {
        return switch (this) {
            case REQUESTED -> List.of(SOURCE_RESOLVING, FAILED);
            case SOURCE_RESOLVING -> List.of(SOURCE_RESOLVED, AWAITING_GITHUB, FAILED);
            case SOURCE_RESOLVED -> List.of(VERCEL_CREATING);
            case VERCEL_CREATING -> List.of(VERCEL_CREATED, FAILED);
            case VERCEL_CREATED -> List.of(HOOK_CREATING);
            case HOOK_CREATING -> List.of(HOOK_CREATED, FAILED);
            case HOOK_CREATED -> List.of(LIVE);
            case AWAITING_GITHUB -> List.of(SOURCE_RESOLVING);
            case LIVE, FAILED -> List.of();
        };
    }

    /** Whether one hop leads there. */
    public boolean leadsTo(ProvisioningState to) {
        return next().contains(to);
    }

    /** Whether no hop leads out. */
    public boolean isTerminal() {
        return next().isEmpty();
    }

    /** Whether there is work to do for us: neither terminal nor waiting for the user. */
    public boolean isUnderWay() {
        return !isTerminal() && this != AWAITING_GITHUB;
    }
}
