package tools.choco.onboarding.external;

import tools.choco.onboarding.events.ExternalSessionIds;

/**
 * Names the session of another system.
 *
 * @param value printed form, which is also the key of the stream in the log
 */
public record ExternalSessionId(String value) {

    /**
     * The session that a service calls by a name: always the same id for the same two.
     *
     * @param sourceService without line breaks, so that no two pairs run together
     */
    public static ExternalSessionId of(String sourceService, String sourceSessionId) {
        return new ExternalSessionId(ExternalSessionIds.of(sourceService, sourceSessionId));
    }

    @Override
    public String toString() {
        return value;
    }
}
