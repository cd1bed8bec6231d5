package tools.choco.onboarding.hosting.local;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where sites and their repositories are served.
 *
 * @param address address to listen on
 * @param port port to listen on; 0 for any that is free
 * @param baseUrl address under which the world reaches it; by default the one it listens on
 * @param requestsAtOnceMax requests under way at once; more are answered 503
 * @param gitRequestsAtOnceMax clones and pushes among them
 * @param buildsAtOnceMax sites built at once
 * @param stopWait how long requests under way may go on after the end was asked for
 */
@Validated
@ConfigurationProperties("onboarding.sites")
public record SitesSettings(
        @DefaultValue("127.0.0.1") InetAddress address,
        @DefaultValue("8081") @Min(0) @Max(65_535) int port,
        @Nullable URI baseUrl,
        @DefaultValue("512") @Min(1) @Max(10_000) int requestsAtOnceMax,
        @DefaultValue("8") @Min(1) @Max(1_000) int gitRequestsAtOnceMax,
        @DefaultValue("2") @Min(1) @Max(64) int buildsAtOnceMax,
        @DefaultValue("PT10S") Duration stopWait) {

    public SitesSettings {
        if (baseUrl != null && baseUrl.toString().isBlank()) {
            baseUrl = null;
        }
        if (baseUrl != null
                && (!("http".equals(baseUrl.getScheme()) || "https".equals(baseUrl.getScheme()))
                        || baseUrl.getHost() == null
                        || baseUrl.getRawQuery() != null
                        || baseUrl.getRawFragment() != null
                        || baseUrl.getRawUserInfo() != null)) {
            throw new IllegalArgumentException(
                    "onboarding.sites.base-url is an address such as https://sites.example.org");
        }
        if (stopWait.isNegative()) {
            throw new IllegalArgumentException("onboarding.sites.stop-wait is not negative");
        }
    }
}
