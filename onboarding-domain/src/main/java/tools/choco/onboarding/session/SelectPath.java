package tools.choco.onboarding.session;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import tools.choco.onboarding.Request;

/**
 * Chooses one of the offered paths, which completes the step of kind path.
 *
 * @param sessionId the session
 * @param pathId key of the path, kebab-case
 * @param request how it came in
 */
public record SelectPath(
        @TargetAggregateIdentifier SessionId sessionId, String pathId, Request request)
        implements SessionCommand {}
