package tools.choco.onboarding.sessionview;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session in the list; no answers.
 *
 * @param sessionId the session
 * @param userId whose session it is
 * @param workspaceId workspace named at the start; null if none was
 * @param flowId the flow
 * @param flowVersion its version, from 1
 * @param variant variant the user was assigned
 * @param source where the user came from, as the client said
 * @param status where it is in its life
 * @param currentStep first pending step; null if none is
 * @param pathId the chosen path; null while none is
 * @param totalSteps steps offered
 * @param completedSteps steps completed
 * @param skippedSteps steps skipped
 * @param siteIds sites in the order in which they were requested
 * @param startedAt when it started
 * @param lastActivityAt when the user last did something
 * @param completedAt when it was completed; null if it was not
 * @param previousSessionId the session that was reset into this one; null on a first visit
 * @param newSessionId the session that took over; null if it was not reset
 * @param revision number of its own events
 */
public record SessionSummary(
        String sessionId,
        String userId,
        @Nullable String workspaceId,
        String flowId,
        int flowVersion,
        String variant,
        String source,
        SessionStatus status,
        @Nullable String currentStep,
        @Nullable String pathId,
        int totalSteps,
        int completedSteps,
        int skippedSteps,
        List<String> siteIds,
        Instant startedAt,
        Instant lastActivityAt,
        @Nullable Instant completedAt,
        @Nullable String previousSessionId,
        @Nullable String newSessionId,
        long revision) {}
