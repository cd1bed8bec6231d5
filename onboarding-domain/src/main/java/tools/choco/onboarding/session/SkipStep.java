package tools.choco.onboarding.session;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import tools.choco.onboarding.Request;

/**
 * Skips a step that may be skipped.
 *
 * @param sessionId the session
 * @param stepId key of the step, kebab-case
 * @param reason why, as the client says it
 * @param request how it came in
 */
public record SkipStep(
        @TargetAggregateIdentifier SessionId sessionId,
        String stepId,
        String reason,
        Request request)
        implements SessionCommand {}
