package tools.choco.onboarding.watch;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Limits of the streams of one instance.
 *
 * @param streamsMax streams open at once; fewer than the web server takes connections
 * @param streamsPerUserMax of those, streams of one user
 * @param eventsQueuedMax events that may wait for a reader; one more, and the stream is cut
 * @param heartbeat silence after which a comment is sent; a reader that takes nothing for three
 *     times as long is cut
 * @param lifetime age at which a stream is ended, so that a client shows anew who it is
 */
@Validated
@ConfigurationProperties("onboarding.watch")
public record WatchSettings(
        @DefaultValue("5000") @Min(1) @Max(100_000) int streamsMax,
        @DefaultValue("20") @Min(1) @Max(10_000) int streamsPerUserMax,
        @DefaultValue("256") @Min(1) @Max(10_000) int eventsQueuedMax,
        @DefaultValue("PT15S") Duration heartbeat,
        @DefaultValue("PT1H") Duration lifetime) {

    public WatchSettings {
        if (heartbeat.toMillis() < 100 || heartbeat.toMinutes() > 5) {
            throw new IllegalArgumentException(
                    "onboarding.watch.heartbeat is from 100 ms to 5 minutes");
        }
        if (lifetime.compareTo(heartbeat) < 0) {
            throw new IllegalArgumentException(
                    "onboarding.watch.lifetime is no shorter than onboarding.watch.heartbeat");
        }
    }
}
