package tools.choco.onboarding.sweep;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The idle sweep. How long a session may lie idle is the flow's business.
 *
 * @param enabled whether this instance takes part; with none the sweep rests
 * @param interval pause between two sweeps, over all instances
 * @param sessionsMax sessions asked in one sweep at most
 */
@Validated
@ConfigurationProperties("onboarding.sweep")
public record SweepSettings(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("PT1M") Duration interval,
        @DefaultValue("500") @Min(1) @Max(10_000) int sessionsMax) {

    public SweepSettings {
        if (interval.toMillis() < 100) {
            throw new IllegalArgumentException("onboarding.sweep.interval is at least 100 ms");
        }
    }
}
