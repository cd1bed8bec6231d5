package tools.choco.onboarding.wiring;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The aggregates that commands reach.
 *
 * @param cachedMax how many of each type stay in memory; one that does not costs its next command a
 *     read of its events
 */
@Validated
@ConfigurationProperties("onboarding.aggregates")
record AggregateSettings(@DefaultValue("10000") @Min(1) @Max(1_000_000) int cachedMax) {}
