package tools.choco.onboarding.webhook;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import java.time.Duration;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;
import tools.choco.onboarding.provisioning.Backoff;

/**
 * Limits of webhooks.
 *
 * @param webhooksMax subscriptions at most
 * @param ports ports that a subscriber may listen on
 * @param loopbackAllowed whether {@code http} and any port are allowed where the URL names the
 *     loopback address itself; for the local profile only
 * @param webhooksAtOnceMax subscriptions that one instance delivers to at once
 * @param deliveriesAtOnceMax deliveries to one subscription at once, over all instances
 * @param connectTimeout longest wait for a connection
 * @param responseTimeout longest silence of a receiver
 * @param deliveryTimeout longest time for one delivery in all, name resolution left aside
 * @param retryInitial longest pause after the first failure
 * @param retryFactor by how much the pause grows from try to try
 * @param retryMax longest pause between two tries
 * @param retryFor how long a delivery is tried before it is parked
 * @param oldKeyValid how long a key signs after the next has been made
 * @param deliveredKept how long deliveries that succeeded are listed
 */
@Validated
@ConfigurationProperties("onboarding.webhooks")
public record WebhookSettings(
        @DefaultValue("100") @Min(1) @Max(10000) int webhooksMax,
        @DefaultValue({"443", "8443"}) @NotEmpty Set<@Min(1) @Max(65535) Integer> ports,
        @DefaultValue("false") boolean loopbackAllowed,
        @DefaultValue("32") @Min(1) @Max(256) int webhooksAtOnceMax,
        @DefaultValue("8") @Min(1) @Max(64) int deliveriesAtOnceMax,
        @DefaultValue("PT5S") Duration connectTimeout,
        @DefaultValue("PT10S") Duration responseTimeout,
        @DefaultValue("PT20S") Duration deliveryTimeout,
        @DefaultValue("PT10S") Duration retryInitial,
        @DefaultValue("3.0") @DecimalMin("1.0") @DecimalMax("10.0") double retryFactor,
        @DefaultValue("PT8H") Duration retryMax,
        @DefaultValue("P3D") Duration retryFor,
        @DefaultValue("PT24H") Duration oldKeyValid,
        @DefaultValue("P30D") Duration deliveredKept) {

    public WebhookSettings {
        if (connectTimeout.toMillis() < 1
                || responseTimeout.toMillis() < 1
                || deliveryTimeout.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "onboarding.webhooks.connect-timeout, response-timeout and delivery-timeout are"
                            + " at least 1 ms");
        }
        if (retryInitial.toMillis() < 1 || retryMax.compareTo(retryInitial) < 0) {
            throw new IllegalArgumentException(
                    "onboarding.webhooks.retry-initial is at least 1 ms, retry-max not less");
        }
        if (!retryFor.isPositive() || oldKeyValid.isNegative() || !deliveredKept.isPositive()) {
            throw new IllegalArgumentException(
                    "onboarding.webhooks.retry-for and delivered-kept are positive, old-key-valid"
                            + " not negative");
        }
    }

    /** The pauses between tries. */
    Backoff backoff() {
        return new Backoff(retryInitial, retryFactor, retryMax);
    }
}
