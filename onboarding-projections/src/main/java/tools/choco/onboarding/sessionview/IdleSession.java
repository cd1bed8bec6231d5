package tools.choco.onboarding.sessionview;

import java.time.Instant;

/**
 * A session that may have been left; whether it was, the session itself decides.
 *
 * @param sessionId the session
 * @param userId whose session it is
 * @param lastActivityAt when the user last did something
 */
public record IdleSession(String sessionId, String userId, Instant lastActivityAt) {}
