package tools.choco.onboarding.session;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import tools.choco.onboarding.Request;

/**
 * Asked by the idle sweep; the session decides by itself whether it was idle for long enough.
 *
 * @param sessionId the session
 * @param request how it came in
 */
public record AbandonSession(@TargetAggregateIdentifier SessionId sessionId, Request request)
        implements SessionCommand {}
