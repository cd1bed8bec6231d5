package tools.choco.onboarding.wiring;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.UUID;
import org.axonframework.axonserver.connector.AxonServerConfiguration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where Axon Server is; of profile {@code axonserver} only.
 *
 * @param servers as {@code host:port}, comma-separated; the port is that of gRPC
 * @param context context that keeps the log; Axon Server has to know it
 * @param token access token; null where it asks for none
 * @param tls whether the connection is encrypted
 * @param certificate file with the certificate to trust, PEM; null for those that Java trusts
 * @param answerTimeout how long an append, or a question about the log, may take
 * @param connectTimeout wait for a connection
 * @param reconnectInterval pause between two attempts to connect
 */
@Validated
@ConfigurationProperties("onboarding.axon-server")
record AxonServerSettings(
        @Nullable String servers,
        @DefaultValue("default") String context,
        @Nullable String token,
        @DefaultValue("false") boolean tls,
        @Nullable String certificate,
        @DefaultValue("PT10S") Duration answerTimeout,
        @DefaultValue("PT5S") Duration connectTimeout,
        @DefaultValue("PT2S") Duration reconnectInterval) {

    AxonServerSettings {
        servers = blankToNull(servers);
        token = blankToNull(token);
        certificate = blankToNull(certificate);
        if (servers != null && !servers.matches("[^\\s,:]+:\\d{1,5}(,[^\\s,:]+:\\d{1,5})*")) {
            throw new IllegalArgumentException(
                    "onboarding.axon-server.servers is a comma-separated list of host:port");
        }
        if (context.isBlank()) {
            throw new IllegalArgumentException("onboarding.axon-server.context is a name");
        }
        requireBetween("answer-timeout", answerTimeout, Duration.ofMinutes(5));
        requireBetween("connect-timeout", connectTimeout, Duration.ofMinutes(1));
        requireBetween("reconnect-interval", reconnectInterval, Duration.ofMinutes(1));
    }

    private static @Nullable String blankToNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }

    private static void requireBetween(String name, Duration value, Duration max) {
        Duration min = Duration.ofMillis(100);
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                    "onboarding.axon-server.%s is from %s to %s".formatted(name, min, max));
        }
    }

    /** The same for the connector. */
    AxonServerConfiguration forConnector(String required) {
        AxonServerConfiguration configuration = new AxonServerConfiguration();
        configuration.setServers(required);
        // By it Axon Server tells instances apart, and process and host may be the same for two.
        configuration.setClientId(
                ManagementFactory.getRuntimeMXBean().getName() + "-" + UUID.randomUUID());
        configuration.setComponentName("onboarding");
        configuration.setContext(context);
        configuration.setToken(token);
        configuration.setSslEnabled(tls);
        configuration.setCertFile(certificate);
        configuration.setConnectTimeout(connectTimeout.toMillis());
        configuration.setReconnectInterval(reconnectInterval.toMillis());
        return configuration;
    }
}
