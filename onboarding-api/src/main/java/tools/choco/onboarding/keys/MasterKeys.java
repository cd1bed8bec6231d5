package tools.choco.onboarding.keys;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;

/**
 * The keys that wrap data keys. The first is the current one; the others only unwrap, until the
 * data keys have moved.
 */
public final class MasterKeys {

    /** Name of the file in the data directory. */
    public static final String FILE = "master.keys";

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rw-------");

    private final String currentId;
    private final Map<String, SecretKey> keys;

    private MasterKeys(String currentId, Map<String, SecretKey> keys) {
        this.currentId = currentId;
        this.keys = keys;
    }

    /**
     * Master keys from configuration.
     *
     * @param text {@code id:base64,id:base64}, the current one first, each 32 bytes
     * @throws InvalidKeys if it is anything else
     */
    public static MasterKeys of(String text) {
        return of("the setting of the master keys", List.of(text.split(",", -1)));
    }

    /**
     * Master keys from the file {@value #FILE} of a data directory, one {@code id:base64} a line,
     * the current one first; makes the file, with one key, if there is none.
     *
     * @throws InvalidKeys if the file cannot be made or read, is open to others than its owner, or
     *     holds anything else
     */
    public static MasterKeys inDirectory(Path directory) {
        Path file = directory.resolve(FILE);
        try {
            if (Files.notExists(file)) {
                create(file);
            }
            if (!Files.getPosixFilePermissions(file).stream().allMatch(OWNER_ONLY::contains)) {
                throw new InvalidKeys(file + ": others than the owner may use it; chmod 600 it");
            }
            List<String> lines =
                    Files.readAllLines(file, StandardCharsets.US_ASCII).stream()
                            .filter(line -> !line.isBlank())
                            .toList();
            return of(file.toString(), lines);
        } catch (IOException e) {
            throw new InvalidKeys(
                    "%s: cannot be used (%s)".formatted(file, e.getClass().getSimpleName()));
        }
    }

    /** Id of the key that wraps from now on. */
    String currentId() {
        return currentId;
    }

    Optional<SecretKey> key(String id) {
        return Optional.ofNullable(keys.get(id));
    }

    private static MasterKeys of(String where, List<String> entries) {
        if (entries.isEmpty()) {
            throw new InvalidKeys(where + ": holds no master key");
        }
        Map<String, SecretKey> keys = new LinkedHashMap<>();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            // The entry itself is never repeated: a malformed one may still hold a key.
            String entry = "%s: entry %d".formatted(where, i + 1);
            String[] parts = entries.get(i).strip().split(":", -1);
            if (parts.length != 2 || !ID.matcher(parts[0]).matches()) {
                throw new InvalidKeys(entry + " is not <id>:<base64 of 32 bytes>");
            }
            if (keys.put(parts[0], AesGcm.key(decoded(entry, parts[1]))) != null) {
                throw new InvalidKeys("%s repeats the id %s".formatted(entry, parts[0]));
            }
            ids.add(parts[0]);
        }
        return new MasterKeys(ids.getFirst(), keys);
    }

    private static byte[] decoded(String entry, String base64) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            bytes = new byte[0];
        }
        if (bytes.length != AesGcm.KEY_BYTES) {
            throw new InvalidKeys(entry + " is not <id>:<base64 of 32 bytes>");
        }
        return bytes;
    }

    // Written whole beside its place, then linked into it: no crash leaves half a key, and of two
    // processes that start at once the second reads what the first made.
    private static void create(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new NoSuchFileException(file.toString());
        }
        Files.createDirectories(directory);
        Path draft =
                Files.createTempFile(
                        directory, FILE, ".tmp", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try {
            byte[] key = AesGcm.randomKey();
            // A random id: another directory's key never goes by the same name.
            String id = "local-" + HexFormat.of().formatHex(AesGcm.randomKey(), 0, 4);
            String line = id + ":" + Base64.getEncoder().encodeToString(key) + "\n";
            try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.createLink(file, draft);
            try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
                entries.force(true);
            }
        } catch (FileAlreadyExistsException e) {
            return; // Another process was first.
        } finally {
            Files.deleteIfExists(draft);
        }
    }
}
