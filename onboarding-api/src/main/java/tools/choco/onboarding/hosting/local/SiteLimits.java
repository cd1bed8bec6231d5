package tools.choco.onboarding.hosting.local;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What a user's content may cost.
 *
 * @param pushBytesMax one push, bytes as sent
 * @param pushUnpackedBytesMax the objects of one push, bytes when unpacked
 * @param pushObjectsMax objects in one push
 * @param objectBytesMax one file, bytes
 * @param repositoryBytesMax a repository before it takes another push, bytes on disk
 * @param refsMax branches and tags of a repository
 * @param filesMax files and directories in the source of a site
 * @param sourceBytesMax all files of the source of a site, bytes
 * @param depthMax directories within directories
 * @param pageBytesMax one page of Markdown, bytes
 * @param buildTimeMax time to build a site
 */
@Validated
@ConfigurationProperties("onboarding.sites.limits")
public record SiteLimits(
        @DefaultValue("26214400") @Min(1_024) @Max(1_073_741_824) long pushBytesMax,
        @DefaultValue("268435456") @Min(1_024) @Max(10_737_418_240L) long pushUnpackedBytesMax,
        @DefaultValue("20000") @Min(10) @Max(1_000_000) int pushObjectsMax,
        @DefaultValue("5242880") @Min(1_024) @Max(104_857_600) int objectBytesMax,
        @DefaultValue("209715200") @Min(1_024) @Max(10_737_418_240L) long repositoryBytesMax,
        @DefaultValue("100") @Min(1) @Max(10_000) int refsMax,
        @DefaultValue("2000") @Min(1) @Max(100_000) int filesMax,
        @DefaultValue("104857600") @Min(1_024) @Max(1_073_741_824) long sourceBytesMax,
        @DefaultValue("10") @Min(1) @Max(100) int depthMax,
        @DefaultValue("524288") @Min(1_024) @Max(10_485_760) int pageBytesMax,
        @DefaultValue("PT20S") Duration buildTimeMax) {

    public SiteLimits {
        if (buildTimeMax.toMillis() < 100) {
            throw new IllegalArgumentException(
                    "onboarding.sites.limits.build-time-max is at least 100 ms");
        }
    }
}
