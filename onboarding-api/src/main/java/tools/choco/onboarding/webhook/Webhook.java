package tools.choco.onboarding.webhook;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A subscription, and how it fares.
 *
 * @param webhookId its id
 * @param url where deliveries go
 * @param eventTypes types and classes of events
 * @param description for people; may be empty
 * @param createdAt when it was subscribed
 * @param pending deliveries that are still being tried
 * @param parked deliveries that were given up
 * @param failingSince first failure since the last delivery that succeeded; null if it does not
 *     fail
 * @param consecutiveFailures failed tries since then
 * @param lastDeliveredAt when a delivery last succeeded; null if none ever did
 * @param lastError why the last try failed; null once one succeeded
 */
public record Webhook(
        UUID webhookId,
        String url,
        List<String> eventTypes,
        String description,
        Instant createdAt,
        long pending,
        long parked,
        @Nullable Instant failingSince,
        int consecutiveFailures,
        @Nullable Instant lastDeliveredAt,
        @Nullable String lastError) {}
