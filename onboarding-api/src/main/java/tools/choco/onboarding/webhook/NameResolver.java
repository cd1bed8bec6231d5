package tools.choco.onboarding.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Looks the addresses of a host up. */
@FunctionalInterface
public interface NameResolver {

    /**
     * Every address of a host.
     *
     * @throws UnknownHostException if it has none
     */
    InetAddress[] resolve(String host) throws UnknownHostException;
}
