package tools.choco.onboarding.external;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.NameBasedGenerator;
import java.util.UUID;

/**
 * Names the session of another system.
 *
 * @param value printed form, which is also the key of the stream in the log
 */
public record ExternalSessionId(String value) {

    // A namespace of its own: no id that derives from anything else can be the same.
    private static final NameBasedGenerator IDS =
            Generators.nameBasedGenerator(UUID.fromString("7d0c9f36-2f0e-4f0a-8a57-4d1c1f7e9b02"));

    /**
     * The session that a service calls by a name: always the same id for the same two.
     *
     * @param sourceService without line breaks, so that no two pairs run together
     */
    public static ExternalSessionId of(String sourceService, String sourceSessionId) {
        return new ExternalSessionId(
                IDS.generate(sourceService + "\n" + sourceSessionId).toString());
    }

    @Override
    public String toString() {
        return value;
    }
}
