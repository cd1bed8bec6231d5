package tools.choco.onboarding.keys;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs as Standard Webhooks has it: HMAC-SHA256 over id, time and body. */
public final class WebhookSigning {

    /** Header with the id of what is signed, the same in every try. */
    public static final String ID = "webhook-id";

    /** Header with the time of the try, seconds since 1970. */
    public static final String TIMESTAMP = "webhook-timestamp";

    /** Header with the signatures, separated by spaces. */
    public static final String SIGNATURE = "webhook-signature";

    private static final String PREFIX = "whsec_";
    private static final int KEY_BYTES = 32;
    private static final String HMAC = "HmacSHA256";
    private static final SecureRandom RANDOM = new SecureRandom();

    private WebhookSigning() {}

    /** A new secret as its subscriber gets it: {@code whsec_} and the key in base64. */
    public static String newSecret() {
        byte[] key = new byte[KEY_BYTES];
        RANDOM.nextBytes(key);
        return PREFIX + Base64.getEncoder().encodeToString(key);
    }

    /** The headers that go with a body, with a signature by every secret. */
    public static Map<String, String> headers(
            String id, Instant time, byte[] body, List<String> secrets) {
        String timestamp = Long.toString(time.getEpochSecond());
        byte[] head = (id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8);
        return Map.of(
                ID,
                id,
                TIMESTAMP,
                timestamp,
                SIGNATURE,
                secrets.stream()
                        .map(secret -> "v1," + signature(secret, head, body))
                        .collect(Collectors.joining(" ")));
    }

    private static String signature(String secret, byte[] head, byte[] body) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            byte[] key = Base64.getDecoder().decode(secret.substring(PREFIX.length()));
            mac.init(new SecretKeySpec(key, HMAC));
            mac.update(head);
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
