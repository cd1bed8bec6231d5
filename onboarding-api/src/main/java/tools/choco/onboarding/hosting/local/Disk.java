package tools.choco.onboarding.hosting.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Changes below a directory that a crash leaves done or not begun. What is made of several files is
 * drafted aside, forced to disk, and then put in its place by one rename.
 */
class Disk {

    private static final String DRAFTS = "tmp";

    private final Path root;

    /** Takes the directory over, and removes drafts that were left behind. */
    Disk(Path root) throws IOException {
        this.root = root;
        Files.createDirectories(root.resolve(DRAFTS));
        try (Stream<Path> left = Files.list(root.resolve(DRAFTS))) {
            for (Path draft : left.toList()) {
                delete(draft);
            }
        }
    }

    Path resolve(String place) {
        return root.resolve(place);
    }

    /** An empty directory for a draft. */
    Path draft() throws IOException {
        return Files.createDirectory(root.resolve(DRAFTS).resolve(UUID.randomUUID().toString()));
    }

    /** Makes a directory last, with those around it. */
    void make(Path directory) throws IOException {
        Path made = directory;
        while (!Files.isDirectory(made)) {
            made = parent(made);
        }
        Files.createDirectories(directory);
        for (Path each = directory; !each.equals(made); each = parent(each)) {
            force(parent(each));
        }
    }

    /** Replaces a file. */
    void write(Path file, byte[] content) throws IOException {
        Path draft = root.resolve(DRAFTS).resolve(UUID.randomUUID().toString());
        try (FileChannel channel =
                FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        force(parent(file));
    }

    /**
     * Puts a drafted directory in its place.
     *
     * @throws IOException also if the place is taken
     */
    void publish(Path draft, Path place) throws IOException {
        forceAll(draft);
        Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE);
        force(parent(place));
    }

    /** Removes a file, or a directory with all in it, if there is one. */
    void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        Files.walkFileTree(
                tree,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.deleteIfExists(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException failed)
                            throws IOException {
                        if (failed instanceof NoSuchFileException) {
                            return FileVisitResult.CONTINUE;
                        }
                        throw failed;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path directory, @Nullable IOException failed) throws IOException {
                        Files.deleteIfExists(directory);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    /** Forces a directory and all in it. */
    void forceAll(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                force(each);
            }
        }
    }

    /** The directory in which a path below the root is. */
    static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent());
    }

    /** Forces a file, or the names in a directory. */
    static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
