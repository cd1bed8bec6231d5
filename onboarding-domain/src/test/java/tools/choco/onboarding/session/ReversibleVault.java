package tools.choco.onboarding.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.choco.onboarding.answer.AnswerVault;
import tools.choco.onboarding.answer.Answers;
import tools.choco.onboarding.events.v1.SealedAnswers;

/**
 * Seals so that the same answers in the same place always give the same bytes, keeps one key a
 * user, and remembers what it was asked to seal.
 */
final class ReversibleVault implements AnswerVault {

    private final Map<String, Integer> generations = new HashMap<>();
    private final Set<String> destroyed = new HashSet<>();
    private final List<String> sealedSteps = new ArrayList<>();

    /** What a vault makes of answers under the first key of a user. */
    static SealedAnswers sealed(String userId, String sessionId, String stepId, Answers answers) {
        return sealedUnder(keyOf(userId, 1), sessionId, stepId, answers);
    }

    @Override
    public SealedAnswers seal(String userId, String sessionId, String stepId, Answers answers) {
        sealedSteps.add(stepId);
        return sealedUnder(currentKey(userId), sessionId, stepId, answers);
    }

    @Override
    public Optional<Answers> open(
            String userId, String sessionId, String stepId, SealedAnswers sealed) {
        if (destroyed.contains(sealed.getKeyId())) {
            return Optional.empty();
        }
        String place = place(sealed.getKeyId(), sessionId, stepId);
        String plain = reversed(sealed.getCiphertext().toStringUtf8());
        if (!sealed.getKeyId().startsWith(userId + "-") || !plain.startsWith(place)) {
            throw new IllegalStateException("not sealed in this place");
        }
        return Optional.of(new Answers(plain.substring(place.length())));
    }

    /** Destroys the user's key; the next seal makes another. */
    void destroy(String userId) {
        destroyed.add(currentKey(userId));
        generations.merge(userId, 2, (generation, two) -> generation + 1);
    }

    /** Steps whose answers were sealed, in order. */
    List<String> sealedSteps() {
        return List.copyOf(sealedSteps);
    }

    private String currentKey(String userId) {
        return keyOf(userId, generations.getOrDefault(userId, 1));
    }

    private static String keyOf(String userId, int generation) {
        return userId + "-" + generation;
    }

    private static SealedAnswers sealedUnder(
            String keyId, String sessionId, String stepId, Answers answers) {
        String plain = place(keyId, sessionId, stepId) + answers.canonicalJson();
        return SealedAnswers.newBuilder()
                .setKeyId(keyId)
                .setNonce(ByteString.copyFrom("twelve bytes".getBytes(UTF_8)))
                .setCiphertext(ByteString.copyFrom(reversed(plain).getBytes(UTF_8)))
                .build();
    }

    private static String place(String keyId, String sessionId, String stepId) {
        return keyId + "\n" + sessionId + "\n" + stepId + "\n";
    }

    private static String reversed(String text) {
        return new StringBuilder(text).reverse().toString();
    }
}
