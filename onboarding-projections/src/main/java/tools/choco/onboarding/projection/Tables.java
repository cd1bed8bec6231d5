package tools.choco.onboarding.projection;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The SQL of a projection: {@code projection/<name>.sql} makes its tables, {@code
 * projection/<name>_indexes.sql} the indexes that only queries need.
 */
public final class Tables {

    private Tables() {}

    /**
     * @throws IllegalStateException if the projection brings no such file
     */
    public static String of(String projection) {
        return text("/projection/" + projection + ".sql");
    }

    /**
     * @throws IllegalStateException if the projection brings no such file
     */
    public static String indexesOf(String projection) {
        return text("/projection/" + projection + "_indexes.sql");
    }

    private static String text(String path) {
        try (InputStream file = Tables.class.getResourceAsStream(path)) {
            if (file == null) {
                throw new IllegalStateException("No " + path + " on the class path");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
