package tools.choco.onboarding.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Looks a host up once for each connection and lets nothing but public addresses through; the
 * connection then goes to just these, so no later answer of the name's owner counts.
 *
 * <p>A host with a single address that is not public is refused as a whole.
 */
public final class GuardedResolver implements DnsResolver {

    private final NameResolver names;
    private final boolean loopbackAllowed;

    /**
     * @param loopbackAllowed whether a host that is the loopback address itself is let through too
     */
    public GuardedResolver(NameResolver names, boolean loopbackAllowed) {
        this.names = names;
        this.loopbackAllowed = loopbackAllowed;
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        boolean loopback = loopbackAllowed && UrlRule.isLoopback(host);
        InetAddress[] addresses = names.resolve(host);
        for (InetAddress address : addresses) {
            if (!Addresses.isPublic(address) && !(loopback && address.isLoopbackAddress())) {
                throw new RefusedAddress();
            }
        }
        return addresses;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    /** The host leads to an address that is not public. */
    static final class RefusedAddress extends UnknownHostException {

        private static final long serialVersionUID = 1L;

        RefusedAddress() {
            super("The address is not public");
        }
    }
}
