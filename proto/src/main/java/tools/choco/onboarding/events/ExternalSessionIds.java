package tools.choco.onboarding.events;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.NameBasedGenerator;
import java.util.UUID;

/** How other systems' sessions are called in the log. */
public final class ExternalSessionIds {

    // A namespace of its own: no id that derives from anything else can be the same.
    private static final NameBasedGenerator IDS =
            Generators.nameBasedGenerator(UUID.fromString("7d0c9f36-2f0e-4f0a-8a57-4d1c1f7e9b02"));

    private ExternalSessionIds() {}

    /**
     * The id of the session that a service calls by a name: always the same for the same two.
     *
     * @param sourceService without line breaks, so that no two pairs run together
     */
    public static String of(String sourceService, String sourceSessionId) {
        return IDS.generate(sourceService + "\n" + sourceSessionId).toString();
    }
}
