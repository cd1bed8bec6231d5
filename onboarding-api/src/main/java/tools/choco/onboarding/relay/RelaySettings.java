package tools.choco.onboarding.relay;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where the stream is, and how it is filled.
 *
 * @param url NATS servers, comma-separated, as {@code nats://host:4222} or {@code tls://...}; user
 *     and password may be in it; null for no stream
 * @param credentials file with the credentials of a user, as {@code nsc} writes it; null for none
 * @param replicas servers that keep the stream, for one that the relay makes
 * @param duplicateWindow how long the server knows the ids of events, for a stream that the relay
 *     makes; each costs it memory
 * @param inFlightMax messages that may wait for their acknowledgement
 * @param inFlightBytesMax bytes of these messages
 * @param acknowledgeTimeout wait for an answer of the server, after which the relay looks anew
 * @param connectTimeout wait for a connection
 * @param retryPauseMax longest pause between two attempts, of which the first is a tenth of a
 *     second
 * @param checkInterval how often a relay that has nothing to send looks whether the stream is as it
 *     left it
 */
@Validated
@ConfigurationProperties("onboarding.nats")
public record RelaySettings(
        @Nullable String url,
        @Nullable String credentials,
        @DefaultValue("1") @Min(1) @Max(5) int replicas,
        @DefaultValue("PT2M") Duration duplicateWindow,
        @DefaultValue("2048") @Min(1) @Max(16_384) int inFlightMax,
        @DefaultValue("16777216") @Min(65_536) @Max(1 << 30) int inFlightBytesMax,
        @DefaultValue("PT5S") Duration acknowledgeTimeout,
        @DefaultValue("PT2S") Duration connectTimeout,
        @DefaultValue("PT5S") Duration retryPauseMax,
        @DefaultValue("PT5S") Duration checkInterval) {

    private static final Set<String> SCHEMES = Set.of("nats", "tls", "ws", "wss");

    public RelaySettings {
        url = blankToNull(url);
        credentials = blankToNull(credentials);
        if (url != null) {
            for (String server : url.split(",", -1)) {
                requireServer(server.strip());
            }
        }
        requireBetween(
                "duplicate-window", duplicateWindow, Duration.ofSeconds(1), Duration.ofHours(1));
        requireBetween(
                "acknowledge-timeout",
                acknowledgeTimeout,
                Duration.ofMillis(100),
                Duration.ofMinutes(1));
        requireBetween(
                "connect-timeout", connectTimeout, Duration.ofMillis(100), Duration.ofMinutes(1));
        requireBetween(
                "retry-pause-max", retryPauseMax, Duration.ofMillis(100), Duration.ofMinutes(5));
        requireBetween(
                "check-interval", checkInterval, Duration.ofMillis(100), Duration.ofMinutes(5));
    }

    /** Whether there is a stream at all. */
    public boolean isOn() {
        return url != null;
    }

    private static @Nullable String blankToNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }

    /** Names no server in its message: there may be a password in it. */
    private static void requireServer(String server) {
        try {
            URI uri = new URI(server);
            if (uri.getScheme() != null
                    && SCHEMES.contains(uri.getScheme())
                    && uri.getHost() != null) {
                return;
            }
        } catch (URISyntaxException noUri) {
            // As one of another form.
        }
        throw new IllegalArgumentException(
                "onboarding.nats.url is a comma-separated list of nats://host:port, tls, ws or wss");
    }

    private static void requireBetween(String name, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                    "onboarding.nats.%s is from %s to %s".formatted(name, min, max));
        }
    }
}
