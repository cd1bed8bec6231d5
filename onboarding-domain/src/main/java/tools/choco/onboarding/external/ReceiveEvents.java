package tools.choco.onboarding.external;

import java.time.Instant;
import java.util.List;

/**
 * Takes in events of one session of another system.
 *
 * @param sourceService who speaks
 * @param sourceSessionId the session, as it is called there
 * @param events in the order of their arrival, whatever their times
 * @param receivedAt when they arrived; microseconds
 */
public record ReceiveEvents(
        String sourceService,
        String sourceSessionId,
        List<ExternalEvent> events,
        Instant receivedAt) {

    /** The session they are of. */
    public ExternalSessionId sessionId() {
        return ExternalSessionId.of(sourceService, sourceSessionId);
    }
}
