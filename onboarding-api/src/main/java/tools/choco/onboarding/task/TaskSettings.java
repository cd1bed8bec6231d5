package tools.choco.onboarding.task;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How durable tasks are run.
 *
 * @param threads tasks that run side by side on one instance
 * @param polling pause between two looks for what is due; what this process schedules itself runs
 *     at once
 * @param heartbeat pause between two signs of life of a running task
 * @param missedHeartbeats signs of life that a task may miss before it counts as dead and runs
 *     again
 */
@Validated
@ConfigurationProperties("onboarding.tasks")
public record TaskSettings(
        @DefaultValue("8") @Min(2) @Max(64) int threads,
        @DefaultValue("PT0.5S") Duration polling,
        @DefaultValue("PT3S") Duration heartbeat,
        @DefaultValue("4") @Min(4) @Max(100) int missedHeartbeats) {

    public TaskSettings {
        if (polling.toMillis() < 10 || heartbeat.toMillis() < 50) {
            throw new IllegalArgumentException(
                    "onboarding.tasks.polling is at least 10 ms, heartbeat at least 50 ms");
        }
    }
}
