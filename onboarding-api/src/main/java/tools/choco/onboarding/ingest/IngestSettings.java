package tools.choco.onboarding.ingest;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Events of other systems.
 *
 * @param keys who may speak for which services, as {@link IngestKeys#of} reads it; empty for nobody
 * @param eventsPerRequestMax events in one batch
 * @param bodyBytesMax longest body of a batch, bytes
 * @param eventBytesMax longest event, bytes
 * @param bodyBytesAtOnceMax bytes of the bodies that are read and worked on at the same time; what
 *     does not fit is asked to wait
 * @param bodyTimeout how long a batch may take to come; it keeps its place no longer
 * @param requestsAtOnceMax batches worked on at the same time; one more is asked to wait
 * @param signatureTolerance how far a signature's time may be from ours, in both directions
 * @param clockTolerance how far into the future an event may have happened
 */
@Validated
@ConfigurationProperties("onboarding.ingest")
public record IngestSettings(
        @DefaultValue("") String keys,
        @DefaultValue("5000") @Min(1) @Max(5_000) int eventsPerRequestMax,
        @DefaultValue("4194304") @Min(1024) @Max(33_554_432) int bodyBytesMax,
        @DefaultValue("65536") @Min(1024) @Max(1_048_576) int eventBytesMax,
        @DefaultValue("16777216") @Min(1024) @Max(1_073_741_824) int bodyBytesAtOnceMax,
        @DefaultValue("PT30S") @DurationMin(millis = 100) @DurationMax(minutes = 10)
                Duration bodyTimeout,
        @DefaultValue("16") @Min(1) @Max(256) int requestsAtOnceMax,
        @DefaultValue("PT5M") Duration signatureTolerance,
        @DefaultValue("PT5M") Duration clockTolerance) {

    public IngestSettings {
        if (bodyBytesAtOnceMax < bodyBytesMax) {
            throw new IllegalArgumentException(
                    "The bodies read at the same time must have room for the longest one");
        }
        if (!signatureTolerance.isPositive() || clockTolerance.isNegative()) {
            throw new IllegalArgumentException(
                    "The signature's tolerance must be positive, the clock's not negative");
        }
    }

    /** Names no secret. */
    @Override
    public String toString() {
        return "IngestSettings";
    }
}
