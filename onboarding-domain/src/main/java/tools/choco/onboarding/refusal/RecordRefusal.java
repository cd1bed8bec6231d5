package tools.choco.onboarding.refusal;

import java.util.List;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.session.SessionId;

/**
 * Remembers that a user's command was refused.
 *
 * @param refusalsId the session's stream of refusals
 * @param sessionId the session
 * @param command what was asked for, lower snake case
 * @param stepId the step it was about; null if none
 * @param code stable code of the refusal
 * @param issues JSON pointers with their codes; no values
 * @param request who asked, and under which correlation; a refusal is not remembered under a key
 */
public record RecordRefusal(
        @TargetAggregateIdentifier RefusalsId refusalsId,
        SessionId sessionId,
        String command,
        @Nullable String stepId,
        String code,
        List<String> issues,
        Request request) {}
