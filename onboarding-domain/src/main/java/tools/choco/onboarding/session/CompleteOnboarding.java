package tools.choco.onboarding.session;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import tools.choco.onboarding.Request;

/**
 * Completes the session if every required step is done.
 *
 * @param sessionId the session
 * @param request how it came in
 */
public record CompleteOnboarding(@TargetAggregateIdentifier SessionId sessionId, Request request)
        implements SessionCommand {}
