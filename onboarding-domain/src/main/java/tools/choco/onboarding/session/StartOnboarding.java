package tools.choco.onboarding.session;

import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.Request;

/**
 * Opens the session, or returns the one that is there; a user who was away for long resumes it.
 *
 * @param sessionId id that the claim of (user, flow) points to
 * @param userId whose session it is
 * @param flowId flow to offer; only looked at when the session is new
 * @param workspaceId workspace to fix at the start; null leaves it to the workspace-hub step
 * @param source where the user came from, as the client says it; empty if it does not
 * @param request how it came in
 */
public record StartOnboarding(
        @TargetAggregateIdentifier SessionId sessionId,
        String userId,
        String flowId,
        @Nullable String workspaceId,
        String source,
        Request request)
        implements SessionCommand {}
