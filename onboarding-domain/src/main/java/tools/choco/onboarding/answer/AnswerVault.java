package tools.choco.onboarding.answer;

import java.util.Optional;
import tools.choco.onboarding.events.v1.SealedAnswers;

/**
 * Seals answers under a data key of the user's own, and opens them again while that key exists.
 *
 * <p>Session and step are bound into the seal: bytes that are moved to another place do not open.
 */
public interface AnswerVault {

    /** Seals answers; makes the user's data key if there is none yet. */
    SealedAnswers seal(String userId, String sessionId, String stepId, Answers answers);

    /**
     * Opens what {@link #seal} made.
     *
     * @return empty if the key was destroyed
     * @throws IllegalStateException if the bytes are not what was sealed, or not in this place
     */
    Optional<Answers> open(String userId, String sessionId, String stepId, SealedAnswers sealed);
}
