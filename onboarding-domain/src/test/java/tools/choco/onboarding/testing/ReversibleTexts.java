package tools.choco.onboarding.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.events.v1.SealedText;

/**
 * Seals so that the same text in the same place always gives the same bytes, with one key a user.
 */
public final class ReversibleTexts implements TextVault {

    private final Set<String> destroyed = new HashSet<>();

    /** What a vault makes of a text. */
    public static SealedText sealed(String userId, String aggregateId, String field, String text) {
        String plain = place(userId, aggregateId, field) + text;
        return SealedText.newBuilder()
                .setKeyId(userId)
                .setNonce(ByteString.copyFrom("twelve bytes".getBytes(UTF_8)))
                .setCiphertext(ByteString.copyFrom(reversed(plain).getBytes(UTF_8)))
                .build();
    }

    @Override
    public SealedText seal(String userId, String aggregateId, String field, String text) {
        return sealed(userId, aggregateId, field, text);
    }

    @Override
    public Optional<String> open(
            String userId, String aggregateId, String field, SealedText sealed) {
        if (destroyed.contains(sealed.getKeyId())) {
            return Optional.empty();
        }
        String place = place(userId, aggregateId, field);
        String plain = reversed(sealed.getCiphertext().toStringUtf8());
        if (!plain.startsWith(place)) {
            throw new IllegalStateException("not sealed in this place");
        }
        return Optional.of(plain.substring(place.length()));
    }

    /** Destroys the user's key. */
    public void destroy(String userId) {
        destroyed.add(userId);
    }

    private static String place(String userId, String aggregateId, String field) {
        return userId + "\n" + aggregateId + "\n" + field + "\n";
    }

    private static String reversed(String text) {
        return new StringBuilder(text).reverse().toString();
    }
}
