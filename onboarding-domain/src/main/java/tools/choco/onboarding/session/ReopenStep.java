package tools.choco.onboarding.session;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import tools.choco.onboarding.Request;

/**
 * Goes back to a step; later steps stay as they are.
 *
 * @param sessionId the session
 * @param stepId key of the step, kebab-case
 * @param request how it came in
 */
public record ReopenStep(
        @TargetAggregateIdentifier SessionId sessionId, String stepId, Request request)
        implements SessionCommand {}
