package tools.choco.onboarding.webhook;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a subscriber's URL may look like. It says what can be said without a look-up; whatever it
 * lets through, the address is checked when it is connected to.
 */
final class UrlRule {

    /** Longest URL, characters. */
    static final int LENGTH_MAX = 2000;

    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "[::1]", "::1");

    /** Letters, digits and hyphens in labels, at least two, no dot at the end. */
    private static final Pattern NAME =
            Pattern.compile(
                    "(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+"
                            + "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /** What a resolver might take for a number: decimal, octal or hexadecimal. */
    private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)");

    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern DOTTED_QUAD = Pattern.compile("(" + OCTET + "\\.){3}" + OCTET);

    /** Names that never lead out of a machine or its network. */
    private static final Pattern INNER_NAME =
            Pattern.compile(".*\\.(localhost|local|localdomain|internal|intranet|lan|home\\.arpa)");

    private final Set<Integer> ports;
    private final boolean loopbackAllowed;

    UrlRule(Set<Integer> ports, boolean loopbackAllowed) {
        this.ports = Set.copyOf(ports);
        this.loopbackAllowed = loopbackAllowed;
    }

    /** Whether a host is the loopback address itself, not a name for it. */
    static boolean isLoopback(String host) {
        return LOOPBACK.contains(host);
    }

    /**
     * Reads a URL.
     *
     * @throws RefusedUrl if nothing may be delivered there
     */
    URI check(String url) throws RefusedUrl {
        URI uri = parsed(url);
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        String host = uri.getHost();
        if (uri.isOpaque() || host == null || uri.getRawFragment() != null) {
            throw new RefusedUrl("It is no absolute URL with a host and without a fragment.");
        }
        if (uri.getRawUserInfo() != null) {
            throw new RefusedUrl("It names a user.");
        }
        if (loopbackAllowed && isLoopback(host) && Set.of("http", "https").contains(scheme)) {
            return uri;
        }
        if (!scheme.equals("https")) {
            throw new RefusedUrl("Its scheme is not https.");
        }
        if (!ports.contains(port(uri))) {
            throw new RefusedUrl("Its port is not among those that are allowed.");
        }
        requirePublic(host.toLowerCase(Locale.ROOT));
        return uri;
    }

    /** The port of a URL, the scheme's own if it names none. */
    static int port(URI uri) {
        if (uri.getPort() != -1) {
            return uri.getPort();
        }
        return "http".equalsIgnoreCase(uri.getScheme()) ? HTTP_PORT : HTTPS_PORT;
    }

    private static URI parsed(String url) throws RefusedUrl {
        if (url.length() > LENGTH_MAX || !url.chars().allMatch(it -> it > ' ' && it < 0x7f)) {
            throw new RefusedUrl(
                    "It has more than %d characters, or others than visible ASCII."
                            .formatted(LENGTH_MAX));
        }
        try {
            return new URI(url).parseServerAuthority();
        } catch (URISyntaxException malformed) {
            throw new RefusedUrl("It cannot be read as a URL.");
        }
    }

    private static void requirePublic(String host) throws RefusedUrl {
        if (host.startsWith("[")) {
            requirePublicLiteral(host, !host.contains("%"));
        } else if (ENDS_IN_NUMBER.matcher(host).matches()) {
            requirePublicLiteral(host, DOTTED_QUAD.matcher(host).matches());
        } else if (!NAME.matcher(host).matches() || INNER_NAME.matcher(host).matches()) {
            throw new RefusedUrl("Its host is no name of the public internet.");
        }
    }

    private static void requirePublicLiteral(String host, boolean canonical) throws RefusedUrl {
        if (!canonical) {
            throw new RefusedUrl("Its address is not in the usual form.");
        }
        try {
            InetAddress address = InetAddress.getByName(host);
            // An IPv6 form of an IPv4 address becomes one on the way.
            if (Addresses.isPublic(address)
                    && host.startsWith("[") != (address instanceof Inet4Address)) {
                return;
            }
        } catch (UnknownHostException noLiteral) {
            // As one that is not public.
        }
        throw new RefusedUrl("Its address is not public.");
    }
}
