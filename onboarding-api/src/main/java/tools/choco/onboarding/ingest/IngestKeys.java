package tools.choco.onboarding.ingest;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookSigningException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The keys with which other systems sign, as Standard Webhooks has it: HMAC-SHA256 over id, time
 * and body. Several keys of one service are good at the same time, so that it can change over.
 */
public final class IngestKeys {

    /** Name of a service. */
    static final Pattern SERVICE = Pattern.compile("[a-z0-9]+([.-][a-z0-9]+)*");

    static final int SERVICE_LENGTH_MAX = 64;

    /** Our own name in envelopes, which nobody else may bear. */
    static final String OURSELVES = "choco-onboarding";

    /** Version and base64 of 32 bytes. */
    private static final Pattern SIGNATURE = Pattern.compile("v1,[A-Za-z0-9+/]{43}=");

    private static final String PREFIX = "whsec_";
    private static final int SECRET_BYTES_MIN = 24;
    private static final int SECRET_BYTES_MAX = 64;

    /** More signatures than anybody needs while changing over. */
    private static final int SIGNATURES_MAX = 16;

    private final List<Key> keys;

    private record Key(Set<String> services, Webhook webhook) {}

    private IngestKeys(List<Key> keys) {
        this.keys = keys;
    }

    /**
     * Reads the keys.
     *
     * @param text {@code service:whsec_base64}, comma-separated; one key for several services names
     *     them with {@code +} between; a service named twice has two keys. Secrets have 24 to 64
     *     bytes.
     * @throws InvalidIngestKeys if it is anything else
     */
    public static IngestKeys of(String text) {
        List<Key> keys = new ArrayList<>();
        if (!text.isBlank()) {
            int number = 1;
            for (String entry : text.split(",", -1)) {
                keys.add(key(number++, entry.strip()));
            }
        }
        return new IngestKeys(List.copyOf(keys));
    }

    private static Key key(int number, String entry) {
        String[] parts = entry.split(":", -1);
        if (parts.length != 2 || !parts[1].startsWith(PREFIX)) {
            throw new InvalidIngestKeys(
                    "ingest key %d is not service:whsec_base64".formatted(number));
        }
        Set<String> services = Set.copyOf(new HashSet<>(List.of(parts[0].split("\\+", -1))));
        for (String service : services) {
            if (!isService(service) || service.equals(OURSELVES)) {
                throw new InvalidIngestKeys(
                        "ingest key %d names a service that nobody may speak for"
                                .formatted(number));
            }
        }
        byte[] secret;
        try {
            secret = Base64.getDecoder().decode(parts[1].substring(PREFIX.length()));
        } catch (IllegalArgumentException notBase64) {
            throw new InvalidIngestKeys(
                    "the secret of ingest key %d is not base64".formatted(number));
        }
        if (secret.length < SECRET_BYTES_MIN || secret.length > SECRET_BYTES_MAX) {
            throw new InvalidIngestKeys(
                    "the secret of ingest key %d has not %d to %d bytes"
                            .formatted(number, SECRET_BYTES_MIN, SECRET_BYTES_MAX));
        }
        try {
            return new Key(services, new Webhook(secret));
        } catch (EmptyWebhookSecretException empty) {
            throw new InvalidIngestKeys("the secret of ingest key %d is empty".formatted(number));
        }
    }

    static boolean isService(String name) {
        return name.length() <= SERVICE_LENGTH_MAX && SERVICE.matcher(name).matches();
    }

    /**
     * Whether one of our keys could have made one of the signatures, as far as these tell without
     * what they are of.
     *
     * @param signatures the header as it came
     */
    boolean canHaveMade(String signatures) {
        return !keys.isEmpty()
                && Arrays.stream(signatures.split(" ", SIGNATURES_MAX + 1))
                        .limit(SIGNATURES_MAX)
                        .anyMatch(it -> SIGNATURE.matcher(it).matches());
    }

    /**
     * The services that whoever signed may speak for.
     *
     * @param signatures the header as it came: {@code v1,base64}, separated by spaces; others than
     *     {@code v1} are passed over
     * @return empty if no key of ours made any of the signatures
     */
    Set<String> speaksFor(String id, long timestamp, String signatures, byte[] body) {
        // What is no UTF-8 becomes another text, which nobody has signed.
        String text = new String(body, StandardCharsets.UTF_8);
        String[] given = signatures.split(" ", SIGNATURES_MAX + 1);
        Set<String> services = new HashSet<>();
        for (Key key : keys) {
            byte[] expected = signed(key, id, timestamp, text);
            for (int i = 0; i < Math.min(given.length, SIGNATURES_MAX); i++) {
                // Takes the same time wherever they differ.
                if (MessageDigest.isEqual(expected, given[i].getBytes(StandardCharsets.UTF_8))) {
                    services.addAll(key.services());
                }
            }
        }
        return services;
    }

    private static byte[] signed(Key key, String id, long timestamp, String text) {
        try {
            return key.webhook().sign(id, timestamp, text).getBytes(StandardCharsets.US_ASCII);
        } catch (WebhookSigningException impossible) {
            throw new IllegalStateException("HMAC-SHA256 is part of every JDK", impossible);
        }
    }
}
