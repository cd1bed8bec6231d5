package tools.choco.onboarding.session;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.answer.Answers;

/**
 * Accepts the answers of a form; other answers to a completed step amend it.
 *
 * @param sessionId the session
 * @param stepId key of the step, kebab-case
 * @param answers what the user answered
 * @param revision revision the write was made against; null if the client does not care
 * @param request how it came in
 */
public record CompleteStep(
        @TargetAggregateIdentifier SessionId sessionId,
        String stepId,
        Answers answers,
        @Nullable Long revision,
        Request request)
        implements SessionCommand {}
