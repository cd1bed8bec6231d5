package tools.choco.onboarding.eventlog.testing;

import org.axonframework.axonserver.connector.AxonServerConfiguration;
import org.axonframework.axonserver.connector.AxonServerConnectionManager;

/** Makes connections as the service does, but quicker to come back. */
public final class AxonServerConnections {

    private AxonServerConnections() {}

    /** Connections to the server at {@code host:port}. */
    public static AxonServerConnectionManager to(String address) {
        var configuration = new AxonServerConfiguration();
        configuration.setServers(address);
        configuration.setReconnectInterval(100);
        configuration.setConnectTimeout(1_000);
        return AxonServerConnectionManager.builder().axonServerConfiguration(configuration).build();
    }
}
