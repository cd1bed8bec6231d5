package tools.choco.onboarding.session;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import tools.choco.onboarding.Request;

/**
 * Ends the session and mints a fresh one, in one append.
 *
 * @param sessionId the session
 * @param newSessionId id of the fresh session, if this request is the one that resets
 * @param reason why; empty if a user did not say
 * @param request how it came in; the role of its caller decides who initiated the reset
 */
public record ResetSession(
        @TargetAggregateIdentifier SessionId sessionId,
        SessionId newSessionId,
        String reason,
        Request request)
        implements SessionCommand {}
