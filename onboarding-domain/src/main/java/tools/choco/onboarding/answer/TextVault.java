package tools.choco.onboarding.answer;

import java.util.Optional;
import tools.choco.onboarding.events.v1.SealedText;

/**
 * Seals short texts that a person wrote, or that name one, under a data key of the user's own, and
 * opens them again while that key exists.
 *
 * <p>The event's aggregate and the field that the text stands for are bound into the seal: bytes
 * that are moved to another place do not open.
 */
public interface TextVault {

    /**
     * Seals a text; makes the user's data key if there is none yet.
     *
     * @param userId whose it is, whoever wrote it
     * @param aggregateId aggregate of the event that carries it
     * @param field name of the event's field in plain, for instance {@code github_repo}
     */
    SealedText seal(String userId, String aggregateId, String field, String text);

    /**
     * Opens what {@link #seal} made.
     *
     * @return empty if the key was destroyed
     * @throws IllegalStateException if the bytes are not what was sealed, or not in this place
     */
    Optional<String> open(String userId, String aggregateId, String field, SealedText sealed);
}
