package tools.choco.onboarding.testing;

import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real {@code nats-server} with JetStream on a free port of loopback, which can be killed and
 * come back, and whose store can be lost or put back. A test that asks for one is skipped, and says
 * so, where none is installed.
 */
public final class NatsServer implements AutoCloseable {

    private static final Duration START_WAIT = Duration.ofSeconds(20);

    private final Path executable;
    private final Path directory;
    private final int port;
    private @Nullable Process process;

    private NatsServer(Path executable, Path directory, int port) {
        this.executable = executable;
        this.directory = directory;
        this.port = port;
    }

    /** Whether there is one to start. */
    public static boolean isInstalled() {
        return find().isPresent();
    }

    /** A server that runs. */
    public static NatsServer started() {
        NatsServer server = stopped();
        server.start();
        return server;
    }

    /** A server that does not run yet. */
    public static NatsServer stopped() {
        Optional<Path> executable = find();
        assumeThat(executable).as("nats-server is not installed: `make test` tries to").isPresent();
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new NatsServer(
                    executable.orElseThrow(),
                    Files.createTempDirectory("nats-"),
                    free.getLocalPort());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Optional<Path> find() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(
                        Stream.of(path.split(File.pathSeparator)),
                        Stream.of("/usr/sbin", "/usr/local/bin"))
                .map(directory -> Path.of(directory, "nats-server"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    public String url() {
        return "nats://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** Starts it on the store there is, and waits until it takes connections. */
    public void start() {
        try {
            process =
                    new ProcessBuilder(
                                    List.of(
                                            executable.toString(),
                                            "--addr",
                                            "127.0.0.1",
                                            "--port",
                                            Integer.toString(port),
                                            "--jetstream",
                                            "--store_dir",
                                            store().toString()))
                            .redirectErrorStream(true)
                            .redirectOutput(
                                    ProcessBuilder.Redirect.appendTo(
                                            directory.resolve("log").toFile()))
                            .start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        await().atMost(START_WAIT).pollInterval(Duration.ofMillis(10)).until(this::greets);
    }

    /** Lets it end in order. */
    public void stop() {
        end(false);
    }

    /** Kills it. */
    public void kill() {
        end(true);
    }

    private void end(boolean forcibly) {
        Process running = process;
        process = null;
        if (running == null) {
            return;
        }
        if (forcibly) {
            running.destroyForcibly();
        } else {
            running.destroy();
        }
        running.onExit().join();
    }

    /** Loses all that was stored; only while it does not run. */
    public void loseStore() {
        delete(store());
    }

    /** Copies the store away; only while it does not run. */
    public Path copyOfStore() {
        try {
            Path copy = Files.createTempDirectory(directory, "copy-");
            copy(store(), copy);
            return copy;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Puts a copy back; only while it does not run. */
    public void restoreStore(Path copy) {
        loseStore();
        copy(copy, store());
    }

    @Override
    public void close() {
        kill();
        delete(directory);
    }

    private Path store() {
        return directory.resolve("store");
    }

    private boolean greets() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            socket.setSoTimeout(1_000);
            return new String(socket.getInputStream().readNBytes(4), StandardCharsets.US_ASCII)
                    .equals("INFO");
        } catch (IOException notYet) {
            return false;
        }
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void delete(Path path) {
        if (!Files.exists(path)) {
            return;
        }
        try {
            Files.walkFileTree(
                    path,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            Files.delete(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(
                                Path visited, @Nullable IOException failed) throws IOException {
                            Files.delete(visited);
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
