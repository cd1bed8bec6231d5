package tools.choco.onboarding.session;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import tools.choco.onboarding.Request;

/**
 * Asks for the state as it is; changes nothing.
 *
 * @param sessionId the session
 * @param request how it came in
 */
public record ReadSession(@TargetAggregateIdentifier SessionId sessionId, Request request)
        implements SessionCommand {}
