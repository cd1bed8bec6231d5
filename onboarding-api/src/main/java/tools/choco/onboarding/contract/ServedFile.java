package tools.choco.onboarding.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/** A file of the class path that is answered as it is; it changes only with the build. */
final class ServedFile {

    private final MediaType type;
    private final byte[] content;
    private final String etag;

    private ServedFile(MediaType type, byte[] content) {
        this.type = type;
        this.content = content;
        this.etag = '"' + sha256(content) + '"';
    }

    /**
     * Reads the file once.
     *
     * @throws IllegalStateException if the build left it out
     */
    static ServedFile of(String path, MediaType type) {
        try (InputStream file = ServedFile.class.getResourceAsStream(path)) {
            if (file == null) {
                throw new IllegalStateException(path + " is not on the class path");
            }
            return new ServedFile(type, file.readAllBytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** An answer that a browser keeps, and asks about each time. */
    ResponseEntity.BodyBuilder answer() {
        return ResponseEntity.ok()
                .contentType(type)
                .eTag(etag)
                .cacheControl(CacheControl.noCache());
    }

    /** The bytes to answer with. */
    byte[] content() {
        return content;
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException everyPlatformHasIt) {
            throw new IllegalStateException(everyPlatformHasIt);
        }
    }
}
