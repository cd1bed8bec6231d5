package tools.choco.onboarding.edge;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Limits of the HTTP edge.
 *
 * @param bodyBytesMax longest request body, bytes
 * @param requestsBurst requests a principal may make at once
 * @param requestsPerSecond requests per second a principal may go on making
 * @param corsOrigins origins a browser may call from; none by default
 */
@Validated
@ConfigurationProperties("onboarding.edge")
public record EdgeSettings(
        @DefaultValue("65536") @Min(1024) @Max(1_048_576) int bodyBytesMax,
        @DefaultValue("200") @Min(1) @Max(1_000_000) int requestsBurst,
        @DefaultValue("50") @Min(1) @Max(1_000_000) int requestsPerSecond,
        @DefaultValue List<String> corsOrigins) {}
