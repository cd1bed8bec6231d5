package tools.choco.onboarding.launch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The directory that holds what this process keeps: the embedded database, keys and logs. One
 * process at a time; the operating system lets go of the lock when the process ends, however it
 * ends.
 */
public final class Home implements AutoCloseable {

    private static final String LOCK = "lock";

    private final Path directory;
    private final FileChannel channel;
    private final FileLock lock;

    private Home(Path directory, FileChannel channel, FileLock lock) {
        this.directory = directory;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Makes the directory, for its owner only, if there is none.
     *
     * @throws StartFailure if it is none, or cannot be written
     */
    static Path make(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            if (Files.notExists(absolute)) {
                Files.createDirectories(absolute);
                Files.setPosixFilePermissions(
                        absolute, PosixFilePermissions.fromString("rwx------"));
            }
        } catch (IOException unusable) {
            throw unusable(absolute, unusable.toString());
        }
        if (!Files.isDirectory(absolute) || !Files.isWritable(absolute)) {
            throw unusable(absolute, "it is no directory that this user may write to");
        }
        return absolute;
    }

    /**
     * Opens the directory, and makes it if need be.
     *
     * @throws StartFailure if another process has it open, or it cannot be written
     */
    public static Home open(Path directory) {
        Path absolute = make(directory);
        try {
            FileChannel channel =
                    FileChannel.open(
                            absolute.resolve(LOCK),
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")));
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new StartFailure(
                        StartFailure.Reason.HOME_IN_USE,
                        "Another onboarding service works on "
                                + absolute
                                + "; end it, or set ONBOARDING_HOME to another directory.");
            }
            return new Home(absolute, channel, lock);
        } catch (IOException unusable) {
            throw unusable(absolute, unusable.toString());
        }
    }

    private static StartFailure unusable(Path directory, String reason) {
        return new StartFailure(
                StartFailure.Reason.CONFIGURATION,
                "The home directory " + directory + " cannot be used: " + reason);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            return null;
        }
    }

    /** A place below the directory. */
    public Path resolve(String name) {
        return directory.resolve(name);
    }

    /** The directory. */
    public Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        lock.release();
        channel.close();
    }
}
