package tools.choco.onboarding.hosting.render;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.commonmark.renderer.html.UrlSanitizer;
import org.springframework.web.util.UriUtils;

/**
 * Makes what an author writes as the target of a link an address that works on the rendered page:
 * paths of source files become addresses of pages, and only schemes that carry no script stay.
 */
final class Links implements UrlSanitizer {

    private static final Pattern SCHEME = Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*):.*");
    private static final Set<String> LINK_SCHEMES = Set.of("http", "https", "mailto", "tel");
    private static final Set<String> IMAGE_SCHEMES = Set.of("http", "https");

    private final Set<String> addresses;

    /**
     * @param addresses of all pages and files of the site
     */
    Links(Set<String> addresses) {
        this.addresses = addresses;
    }

    /** The way from a page to the root of the site. */
    static String root(String address) {
        String up = "../".repeat((int) address.chars().filter(it -> it == '/').count());
        return up.isEmpty() ? "./" : up;
    }

    /** The way from a page to an address of the site. */
    static String to(Page from, String address) {
        return root(from.address()) + encoded(address);
    }

    /** The way from a page to what its author wrote. */
    String resolve(Page from, String target) {
        if (target.isEmpty() || target.startsWith("#") || leadsAway(target)) {
            return target;
        }
        int end = endOfPath(target);
        String address = address(from.path(), target.substring(0, end));
        return to(from, address) + target.substring(end);
    }

    /** Whether the target of a link is not of the site itself. */
    static boolean leadsAway(String target) {
        return target.startsWith("//") || SCHEME.matcher(target).matches();
    }

    @Override
    public String sanitizeLinkUrl(String url) {
        return sanitized(url, LINK_SCHEMES);
    }

    @Override
    public String sanitizeImageUrl(String url) {
        return sanitized(url, IMAGE_SCHEMES);
    }

    private static String sanitized(String url, Set<String> schemes) {
        // Browsers leave these out before they look at the scheme.
        String seen = url.replaceAll("[\\p{Cntrl}\\s]", "");
        int path = firstOf(seen, "/?#");
        String first = path < 0 ? seen : seen.substring(0, path);
        int colon = first.indexOf(':');
        if (colon < 0) {
            return seen.isEmpty() ? "" : url;
        }
        return schemes.contains(first.substring(0, colon).toLowerCase(Locale.ROOT)) ? url : "";
    }

    private String address(String file, String target) {
        Deque<String> parts = new ArrayDeque<>();
        if (!target.startsWith("/")) {
            String[] own = file.split("/");
            parts.addAll(Arrays.asList(own).subList(0, own.length - 1));
        }
        for (String part : decoded(target).split("/")) {
            if (part.equals("..")) {
                // No link leaves the site by climbing.
                parts.pollLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        String path = Normalizer.normalize(String.join("/", parts), Normalizer.Form.NFC);
        if (path.endsWith(Page.END) && addresses.contains(Page.address(path))) {
            return Page.address(path);
        }
        return path.isEmpty() || addresses.contains(path) || !addresses.contains(path + "/")
                ? path
                : path + "/";
    }

    private static String decoded(String target) {
        try {
            return URLDecoder.decode(target.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return target;
        }
    }

    static String encoded(String address) {
        return UriUtils.encodePath(address, StandardCharsets.UTF_8);
    }

    private static int endOfPath(String target) {
        int end = firstOf(target, "?#");
        return end < 0 ? target.length() : end;
    }

    private static int firstOf(String text, String characters) {
        for (int i = 0; i < text.length(); i++) {
            if (characters.indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return -1;
    }
}
