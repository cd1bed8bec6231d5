package tools.choco.onboarding.session;

import java.util.UUID;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;

/**
 * Names an onboarding session: a UUID in its canonical form, opaque to clients.
 *
 * @param value printed form, which is also the key of the session's events in the log
 */
public record SessionId(String value) {

    /**
     * A session id as a client sent it.
     *
     * @throws Refused with {@code SESSION_NOT_FOUND} if no session can have that id
     */
    public static SessionId of(String value) {
        try {
            if (UUID.fromString(value).toString().equals(value)) {
                return new SessionId(value);
            }
        } catch (IllegalArgumentException notAnId) {
            // Ids are opaque: one that was never minted names nothing.
        }
        throw notFound();
    }

    static Refused notFound() {
        return Refused.because(Refusal.SESSION_NOT_FOUND, "There is no such session.");
    }

    @Override
    public String toString() {
        return value;
    }
}
