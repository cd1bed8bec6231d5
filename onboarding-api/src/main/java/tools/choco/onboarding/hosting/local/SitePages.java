package tools.choco.onboarding.hosting.local;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriUtils;
import tools.choco.onboarding.hosting.local.SiteRecord.Version;
import tools.choco.onboarding.hosting.render.Theme;

/** Serves sites and welcome sites, and nothing that was not built. */
final class SitePages extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final String HEALTH = "/-/health";
    private static final String ASSETS = "/-/";
    private static final String WELCOME = "/welcome/";
    private static final String HTML = "text/html; charset=utf-8";

    // No script, no form, no frame, nothing from elsewhere but pictures.
    private static final String PAGE_POLICY =
            "default-src 'none'; style-src 'self'; img-src 'self' https:; media-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    // A drawing that is opened by itself is a document, and may carry what it likes.
    private static final String FILE_POLICY =
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";
    private static final String CHECKED = "public, max-age=0, must-revalidate";
    private static final String SHORT = "public, max-age=300";
    private static final String FOR_EVER =
            "public, max-age=" + Duration.ofDays(365).toSeconds() + ", immutable";

    private final transient SiteRegistry registry;
    private final transient Versions versions;
    private final transient Theme theme;
    private final transient SitesAddress address;

    SitePages(LocalHosting hosting, SitesAddress address) {
        this.registry = hosting.registry();
        this.versions = hosting.versions();
        this.theme = hosting.theme();
        this.address = address;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
            response.setHeader("Allow", "GET, HEAD");
            response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            return;
        }
        String path = request.getServletPath();
        if (path.equals(HEALTH)) {
            response.setHeader("Cache-Control", "no-store");
            send(
                    request,
                    response,
                    "text/plain; charset=utf-8",
                    "ok\n".getBytes(StandardCharsets.UTF_8));
        } else if (path.startsWith(ASSETS)) {
            asset(path.substring(ASSETS.length()), request, response);
        } else if (path.startsWith(WELCOME)) {
            welcome(Place.of(path.substring(WELCOME.length())), request, response);
        } else {
            live(Place.of(path.substring(1)), request, response);
        }
    }

    /** Where a path leads: a site, and an address in it; null without the slash that opens it. */
    private record Place(String slug, @Nullable String rest) {

        static Place of(String path) {
            int slash = path.indexOf('/');
            return slash < 0
                    ? new Place(path, null)
                    : new Place(
                            path.substring(0, slash),
                            Normalizer.normalize(path.substring(slash + 1), Normalizer.Form.NFC));
        }
    }

    private void live(Place place, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Optional<SiteRecord> site = registry.bySlug(place.slug());
        Version version = site.map(SiteRecord::live).orElse(null);
        if (site.isEmpty() || version == null) {
            missing("", request, response);
            return;
        }
        serve(site.get(), version, "/" + place.slug() + "/", place, request, response);
    }

    private void welcome(Place place, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Optional<SiteRecord> site = registry.bySlug(place.slug());
        Version version = site.map(SiteRecord::welcome).orElse(null);
        if (site.isEmpty() || version == null) {
            missing("", request, response);
        } else if (site.get().live() != null) {
            // It is the user's own now, at an address of its own.
            redirect("/" + place.slug() + "/", place.rest() == null ? "" : place.rest(), response);
        } else {
            serve(site.get(), version, WELCOME + place.slug() + "/", place, request, response);
        }
    }

    private void serve(
            SiteRecord site,
            Version version,
            String home,
            Place place,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Versions.Listing listing = versions.listing(site.siteId(), version.name());
        String rest = place.rest();
        Versions.File file = rest == null ? null : listing.files().get(rest);
        if (file == null) {
            String asDirectory = rest == null ? "" : rest + "/";
            if (listing.files().containsKey(asDirectory)) {
                redirect(home, asDirectory, response);
            } else {
                missing(home, request, response);
            }
            return;
        }
        boolean page = file.type().equals(HTML);
        String tag = "\"" + file.hash().substring(0, 32) + "\"";
        response.setHeader("ETag", tag);
        response.setDateHeader("Last-Modified", version.builtAt().toEpochMilli());
        response.setHeader("Cache-Control", file.lasting() ? FOR_EVER : page ? CHECKED : SHORT);
        if (isUnchanged(request, tag, version.builtAt())) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        response.setContentType(file.type());
        response.setHeader("Content-Security-Policy", page ? PAGE_POLICY : policy(file));
        response.setContentLengthLong(file.bytes());
        if (request.getMethod().equals("HEAD")) {
            return;
        }
        Path content = versions.path(site.siteId(), version.name(), file.hash());
        try {
            Files.copy(content, response.getOutputStream());
        } catch (NoSuchFileException replaced) {
            // Two newer versions came between the look and the reading.
            response.reset();
            response.setHeader("Retry-After", "1");
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        }
    }

    private void asset(String name, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Optional<Theme.Asset> asset =
                theme.assets().stream().filter(it -> it.address().equals(name)).findFirst();
        if (asset.isEmpty()) {
            missing("", request, response);
            return;
        }
        response.setHeader("Cache-Control", FOR_EVER);
        response.setHeader("Content-Security-Policy", FILE_POLICY);
        send(request, response, asset.get().type(), asset.get().content());
    }

    private void missing(String home, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        response.setStatus(HttpServletResponse.SC_NOT_FOUND);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("Content-Security-Policy", PAGE_POLICY);
        send(
                request,
                response,
                HTML,
                theme.missing(
                        address.path() + ASSETS, home.isEmpty() ? "" : address.path() + home));
    }

    private void redirect(String home, String rest, HttpServletResponse response) {
        response.setStatus(HttpServletResponse.SC_MOVED_PERMANENTLY);
        response.setHeader(
                "Location",
                address.path() + home + UriUtils.encodePath(rest, StandardCharsets.UTF_8));
        response.setHeader("Cache-Control", SHORT);
    }

    private static String policy(Versions.File file) {
        // A reader of documents that is built into a browser does not work in a sandbox.
        return file.type().equals("application/pdf")
                ? FILE_POLICY.replace("; sandbox", "")
                : FILE_POLICY;
    }

    private static boolean isUnchanged(HttpServletRequest request, String tag, Instant builtAt) {
        String known = request.getHeader("If-None-Match");
        if (known != null) {
            List<String> tags = Arrays.stream(known.split(",")).map(String::strip).toList();
            return tags.contains("*") || tags.contains(tag) || tags.contains("W/" + tag);
        }
        try {
            long since = request.getDateHeader("If-Modified-Since");
            return since >= 0 && builtAt.toEpochMilli() <= since;
        } catch (IllegalArgumentException noDate) {
            return false;
        }
    }

    private static void send(
            HttpServletRequest request, HttpServletResponse response, String type, byte[] content)
            throws IOException {
        response.setContentType(type);
        response.setContentLength(content.length);
        if (!request.getMethod().equals("HEAD")) {
            response.getOutputStream().write(content);
        }
    }
}
