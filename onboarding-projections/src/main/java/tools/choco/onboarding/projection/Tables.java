package tools.choco.onboarding.projection;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The SQL that makes the tables of a projection: {@code projection/<name>.sql}. */
public final class Tables {

    private Tables() {}

    /**
     * @throws IllegalStateException if the projection brings no such file
     */
    public static String of(String projection) {
        String path = "/projection/" + projection + ".sql";
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
