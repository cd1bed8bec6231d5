package tools.choco.onboarding.replay;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How read models are built again.
 *
 * @param switchesAlone whether the read model of a new version, or of another configuration, is
 *     switched to as soon as it is filled; otherwise it waits for an operator
 * @param eventsPerBatchMax events that a rebuild applies in one transaction
 */
@Validated
@ConfigurationProperties("onboarding.replay")
public record ReplaySettings(
        @DefaultValue("true") boolean switchesAlone,
        @DefaultValue("50000") @Min(1_000) @Max(200_000) int eventsPerBatchMax) {}
