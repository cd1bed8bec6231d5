package tools.choco.onboarding.projection;

/**
 * An event that cannot follow those before it: one is missing, or the log is not what it should be.
 * Going on would make a read model wrong without anybody noticing.
 */
public final class BrokenHistory extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public BrokenHistory(LoggedEvent event, String reason) {
        super(
                "Event %s (%s) at position %d cannot be applied: %s"
                        .formatted(
                                event.eventId(),
                                event.payload().getDescriptorForType().getName(),
                                event.position(),
                                reason));
    }
}
