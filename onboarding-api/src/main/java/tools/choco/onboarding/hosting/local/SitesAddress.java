package tools.choco.onboarding.hosting.local;

import java.net.Inet6Address;
import java.net.InetAddress;

/** The address of the sites as the world sees it. */
public final class SitesAddress {

    private final SitesSettings settings;
    private volatile int port;

    public SitesAddress(SitesSettings settings) {
        this.settings = settings;
        this.port = settings.port();
    }

    /** The server listens; with port 0 nobody knew where. */
    void listensOn(int actual) {
        port = actual;
    }

    /**
     * Absolute address without a slash at its end.
     *
     * @throws IllegalStateException if the port is not known before the server listens
     */
    public String base() {
        if (settings.baseUrl() != null) {
            return settings.baseUrl().toString().replaceAll("/+$", "");
        }
        if (port == 0) {
            throw new IllegalStateException("the port of the sites is not known yet");
        }
        return "http://" + host(settings.address()) + ":" + port;
    }

    /** Path part of {@link #base()}; empty if there is none. */
    String path() {
        return settings.baseUrl() == null
                ? ""
                : String.valueOf(settings.baseUrl().getRawPath()).replaceAll("/+$", "");
    }

    /** Absolute address of a site. */
    public String site(String slug) {
        return base() + "/" + slug + "/";
    }

    /** Absolute address of a welcome site. */
    public String welcome(String slug) {
        return base() + "/welcome/" + slug + "/";
    }

    private static String host(InetAddress address) {
        if (address.isAnyLocalAddress()) {
            return "127.0.0.1";
        }
        return address instanceof Inet6Address
                ? "[" + address.getHostAddress() + "]"
                : address.getHostAddress();
    }
}
