package tools.choco.onboarding.bench.stream;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import tools.choco.onboarding.bench.measure.Bench;

/** A {@code nats-server} with JetStream on a free port of loopback and a store of its own. */
final class NatsProcess implements AutoCloseable {

    private static final Duration START_WAIT = Duration.ofSeconds(20);
    private static final Duration END_WAIT = Duration.ofSeconds(20);

    private final Process process;
    private final Path directory;
    private final int port;

    private NatsProcess(Process process, Path directory, int port) {
        this.process = process;
        this.directory = directory;
        this.port = port;
    }

    /**
     * @param parent directory for the store, on the disk that is to be measured
     * @throws Bench.CannotRun if there is no such program
     */
    static NatsProcess start(Path parent) throws Exception {
        Path executable =
                find().orElseThrow(() -> new Bench.CannotRun("nats-server is not installed"));
        Files.createDirectories(parent);
        Path directory = Files.createTempDirectory(parent, "nats-");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Process process =
                new ProcessBuilder(
                                executable.toString(),
                                "--addr",
                                "127.0.0.1",
                                "--port",
                                Integer.toString(port),
                                "--jetstream",
                                "--store_dir",
                                directory.resolve("store").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("log").toFile())
                        .start();
        NatsProcess server = new NatsProcess(process, directory, port);
        try {
            server.await();
            return server;
        } catch (Exception failed) {
            server.close();
            throw failed;
        }
    }

    String url() {
        return "nats://127.0.0.1:" + port;
    }

    private void await() throws Exception {
        long end = System.nanoTime() + START_WAIT.toNanos();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                return;
            } catch (IOException notYet) {
                if (System.nanoTime() > end || !process.isAlive()) {
                    throw new IOException("nats-server does not start", notYet);
                }
                Thread.sleep(10);
            }
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

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(END_WAIT.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(
                            file -> {
                                try {
                                    Files.delete(file);
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
        }
    }
}
