package tools.choco.onboarding.ctl;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookSigningException;
import java.nio.charset.StandardCharsets;

/** Signs bodies as Standard Webhooks has it. */
final class Signer {

    private static final String PREFIX = "whsec_";

    private final Webhook webhook;

    private Signer(Webhook webhook) {
        this.webhook = webhook;
    }

    /**
     * With a secret, {@code whsec_} and a key in base64.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    static Signer of(String secret) {
        if (!secret.startsWith(PREFIX)) {
            throw new IllegalArgumentException("no secret");
        }
        try {
            return new Signer(new Webhook(secret));
        } catch (EmptyWebhookSecretException empty) {
            throw new IllegalArgumentException("an empty secret", empty);
        }
    }

    /** The signature of a body in UTF-8. */
    String signature(String id, long timestamp, byte[] body) {
        try {
            return webhook.sign(id, timestamp, new String(body, StandardCharsets.UTF_8));
        } catch (WebhookSigningException impossible) {
            throw new IllegalStateException("HMAC-SHA256 is part of every JDK", impossible);
        }
    }
}
