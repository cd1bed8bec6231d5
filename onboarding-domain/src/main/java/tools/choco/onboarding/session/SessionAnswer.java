package tools.choco.onboarding.session;

/**
 * What a command on a session answers.
 *
 * @param state the session as it is after the command
 * @param created whether the command (or the one it repeats) created the session
 * @param replayed whether the command repeats one that was accepted before, by its idempotency key
 */
public record SessionAnswer(SessionState state, boolean created, boolean replayed) {

    static SessionAnswer of(SessionState state) {
        return new SessionAnswer(state, false, false);
    }
}
