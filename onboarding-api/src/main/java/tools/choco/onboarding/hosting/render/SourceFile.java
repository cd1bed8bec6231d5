package tools.choco.onboarding.hosting.render;

import java.io.IOException;
import java.util.regex.Pattern;

/**
 * A file of a site's source.
 *
 * @param path from the root of the source, parts divided by {@code /}
 * @param bytes its length
 * @param content reads it
 */
public record SourceFile(String path, long bytes, Content content) {

    // What a browser, a shell and a file system agree on; no part is hidden or leads upwards.
    private static final Pattern PART =
            Pattern.compile("[\\p{L}\\p{M}\\p{N}_][^\\p{C}/\\\\:*?\"<>|#%]*");
    private static final int PART_CHARACTERS_MAX = 100;

    /** Reads a file. */
    @FunctionalInterface
    public interface Content {

        /** All of it. */
        byte[] read() throws IOException;
    }

    /** A file in memory. */
    public static SourceFile of(String path, byte[] content) {
        return new SourceFile(path, content.length, () -> content);
    }

    /** Whether the path is one that can be an address; hidden files are none. */
    boolean isAddressable() {
        for (String part : path.split("/", -1)) {
            if (part.length() > PART_CHARACTERS_MAX || !PART.matcher(part).matches()) {
                return false;
            }
        }
        return true;
    }

    /** Whether it is none of the site's business: hidden, or for who reads the source only. */
    boolean isAside() {
        return path.startsWith(".")
                || path.contains("/.")
                || path.startsWith("_")
                || path.contains("/_")
                || path.equalsIgnoreCase("README.md")
                || path.equalsIgnoreCase("LICENSE.md");
    }
}
