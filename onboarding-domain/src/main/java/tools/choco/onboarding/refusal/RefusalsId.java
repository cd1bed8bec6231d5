package tools.choco.onboarding.refusal;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.NameBasedGenerator;
import java.util.UUID;
import tools.choco.onboarding.session.SessionId;

/**
 * Names the refusals of one session.
 *
 * @param value printed form, which is also the key of the stream in the log
 */
public record RefusalsId(String value) {

    // A namespace of its own: no other id that derives from a session can be the same.
    private static final NameBasedGenerator IDS =
            Generators.nameBasedGenerator(UUID.fromString("5c1f2f8e-6f0b-4a57-9e0c-3f6f5e2b7d41"));

    /** The refusals of a session: always the same id for the same session. */
    public static RefusalsId of(SessionId session) {
        return new RefusalsId(IDS.generate(session.value()).toString());
    }

    @Override
    public String toString() {
        return value;
    }
}
