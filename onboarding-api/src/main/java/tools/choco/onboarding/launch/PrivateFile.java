package tools.choco.onboarding.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Files that hold a secret: readable by their owner only, and on disk before anyone relies on them.
 */
public final class PrivateFile {

    private PrivateFile() {}

    /** The file's text; what {@code content} gives is written first if there is no file yet. */
    public static String readOrCreate(Path file, Callable<String> content) throws IOException {
        if (!Files.exists(file)) {
            create(file, content);
        }
        return Files.readString(file).strip();
    }

    private static void create(Path file, Callable<String> content) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        Path draft =
                Files.createTempFile(
                        directory,
                        file.getFileName().toString(),
                        ".tmp",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(draft, Set.of(StandardOpenOption.WRITE))) {
            channel.write(
                    ByteBuffer.wrap((content.call() + "\n").getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        } catch (IOException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new IOException("cannot make " + file, failed);
        }
        try {
            // A link fails where a rename would replace what another process has just made.
            Files.createLink(file, draft);
        } catch (FileAlreadyExistsException made) {
            // The other process was first; its file counts.
        } catch (UnsupportedOperationException noLinks) {
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.deleteIfExists(draft);
    }
}
