package tools.choco.onboarding.hosting.render;

import static java.util.Map.entry;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Files that a site may carry beside its pages, by the end of their names. */
final class ContentTypes {

    static final String HTML = "text/html; charset=utf-8";

    private static final Map<String, String> ALLOWED =
            Map.ofEntries(
                    entry("avif", "image/avif"),
                    entry("gif", "image/gif"),
                    entry("ico", "image/x-icon"),
                    entry("jpeg", "image/jpeg"),
                    entry("jpg", "image/jpeg"),
                    entry("mp3", "audio/mpeg"),
                    entry("mp4", "video/mp4"),
                    entry("pdf", "application/pdf"),
                    entry("png", "image/png"),
                    entry("svg", "image/svg+xml"),
                    entry("txt", "text/plain; charset=utf-8"),
                    entry("webm", "video/webm"),
                    entry("webp", "image/webp"));

    private ContentTypes() {}

    /** The type under which it is served; none if it is not. */
    static Optional<String> of(String path) {
        String end = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return Optional.ofNullable(ALLOWED.get(end));
    }
}
