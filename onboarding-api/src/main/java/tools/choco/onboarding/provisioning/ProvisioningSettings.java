package tools.choco.onboarding.provisioning;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Limits of provisioning.
 *
 * @param backoffInitial pause before the second try of a hop, at most; half of it at least
 * @param backoffFactor by how much the pause grows from try to try
 * @param backoffMax longest pause between two tries
 * @param triesMax tries of one hop before it is given up
 * @param attemptMax how long a site may be under way, all its hops together, before the next
 *     failure gives it up; the time in which it waited for its user does not count
 * @param stuckAfter how long a site may stay in one hop before it is reported as stuck
 * @param watchInterval pause between two looks for stuck sites, on each instance
 */
@Validated
@ConfigurationProperties("onboarding.provisioning")
public record ProvisioningSettings(
        @DefaultValue("PT1S") Duration backoffInitial,
        @DefaultValue("2.0") @DecimalMin("1.0") @DecimalMax("10.0") double backoffFactor,
        @DefaultValue("PT2M") Duration backoffMax,
        @DefaultValue("12") @Min(1) @Max(100) int triesMax,
        @DefaultValue("PT1H") Duration attemptMax,
        @DefaultValue("PT10M") Duration stuckAfter,
        @DefaultValue("PT15S") Duration watchInterval) {

    public ProvisioningSettings {
        if (backoffInitial.toMillis() < 1 || backoffMax.compareTo(backoffInitial) < 0) {
            throw new IllegalArgumentException(
                    "onboarding.provisioning.backoff-initial is at least 1 ms, backoff-max not"
                            + " less");
        }
        if (!attemptMax.isPositive() || !stuckAfter.isPositive()) {
            throw new IllegalArgumentException(
                    "onboarding.provisioning.attempt-max and stuck-after are positive");
        }
        if (watchInterval.toMillis() < 100) {
            throw new IllegalArgumentException(
                    "onboarding.provisioning.watch-interval is at least 100 ms");
        }
    }

    /** The pauses between tries. */
    Backoff backoff() {
        return new Backoff(backoffInitial, backoffFactor, backoffMax);
    }
}
