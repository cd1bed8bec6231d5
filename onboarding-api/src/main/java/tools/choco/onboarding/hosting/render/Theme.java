package tools.choco.onboarding.hosting.render;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** How sites look: the templates and files that ship with the service. */
public final class Theme {

    private static final String FOLDER = "/hosting/theme/";
    private static final int HASH_SHOWN = 12;

    private final Template page;
    private final Template feed;
    private final Template missing;
    private final Asset styles;
    private final Asset icon;
    private final String version;

    /**
     * A file that every site carries.
     *
     * @param address from the root of a site; changes with the content
     * @param type content type
     * @param content its bytes
     */
    public record Asset(String address, String type, byte[] content) {}

    public Theme() {
        Mustache.Compiler compiler =
                Mustache.compiler()
                        .escapeHTML(true)
                        .emptyStringIsFalse(true)
                        .zeroIsFalse(true)
                        .nullValue("");
        this.page = compiler.compile(text("page.mustache"));
        this.feed = compiler.compile(text("feed.mustache"));
        this.missing = compiler.compile(text("missing.mustache"));
        this.styles = asset("site.css", "text/css; charset=utf-8");
        this.icon = asset("icon.svg", "image/svg+xml");
        MessageDigest all = sha256();
        for (String name :
                List.of("page.mustache", "feed.mustache", "missing.mustache", "site.css")) {
            all.update(bytes(name));
        }
        this.version = HexFormat.of().formatHex(all.digest()).substring(0, HASH_SHOWN);
    }

    /** Changes with the look; a site that was built with another one is built again. */
    public String version() {
        return version;
    }

    /** What the pages refer to. */
    public List<Asset> assets() {
        return List.of(styles, icon);
    }

    /**
     * The page that says that there is none.
     *
     * @param base path of where the assets are, ends with a slash
     * @param home where to go instead; empty for nowhere
     */
    public byte[] missing(String base, String home) {
        return missing.execute(
                        Map.of(
                                "styles", base + styles.address(),
                                "icon", base + icon.address(),
                                "home", home))
                .getBytes(StandardCharsets.UTF_8);
    }

    String styles() {
        return styles.address();
    }

    String icon() {
        return icon.address();
    }

    byte[] page(Object view) {
        return page.execute(view).getBytes(StandardCharsets.UTF_8);
    }

    byte[] feed(Object view) {
        return feed.execute(view).getBytes(StandardCharsets.UTF_8);
    }

    private static Asset asset(String name, String type) {
        byte[] content = bytes(name);
        String hash = HexFormat.of().formatHex(sha256().digest(content)).substring(0, HASH_SHOWN);
        int dot = name.lastIndexOf('.');
        return new Asset(
                "_/" + name.substring(0, dot) + "." + hash + name.substring(dot), type, content);
    }

    private static String text(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String name) {
        try (InputStream in = Theme.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("The service lacks its file " + FOLDER + name);
            }
            return in.readAllBytes();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
