package tools.choco.onboarding.testing;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookSigningException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Another system, which signs what it sends. */
public final class Signer {

    /** The secret of the {@code local} profile. */
    public static final String SECRET = "whsec_Zm9yLXRyeWluZy1vdXQtb24tbG9vcGJhY2stb25seSE=";

    private final RunningService service;
    private final String secret;
    private final @Nullable Instant time;

    private Signer(RunningService service, String secret, @Nullable Instant time) {
        this.service = service;
        this.secret = secret;
        this.time = time;
    }

    /** A system with the key of the {@code local} profile. */
    public static Signer of(RunningService service) {
        return new Signer(service, SECRET, null);
    }

    /** A system whose key nobody knows. */
    public static Signer ofNobody(RunningService service) {
        return of(service).with("whsec_" + "A".repeat(43) + "=");
    }

    /** The same with another key. */
    public Signer with(String otherSecret) {
        return new Signer(service, otherSecret, time);
    }

    /** The same, with its clock at a time. */
    public Signer at(Instant otherTime) {
        return new Signer(service, secret, otherTime);
    }

    /** Signs a body and sends it. */
    public Answer send(String body) {
        String id = "msg_" + UUID.randomUUID();
        long seconds = (time == null ? service.clock().instant() : time).getEpochSecond();
        return service.client()
                .with("webhook-id", id)
                .with("webhook-timestamp", Long.toString(seconds))
                // A key that has gone out of use stands beside the one in use.
                .with("webhook-signature", "v1,AAAA " + signature(id, seconds, body))
                .post("/ingest/events", body);
    }

    /** The signature that the key in use makes. */
    public String signature(String id, long seconds, String body) {
        try {
            return new Webhook(secret).sign(id, seconds, body);
        } catch (EmptyWebhookSecretException | WebhookSigningException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
