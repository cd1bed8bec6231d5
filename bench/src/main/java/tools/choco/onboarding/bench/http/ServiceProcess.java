package tools.choco.onboarding.bench.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.choco.onboarding.OnboardingService;
import tools.choco.onboarding.bench.database.Database;
import tools.choco.onboarding.bench.measure.Bench;
import tools.choco.onboarding.bench.measure.Stage;

/** The service, in a process and with a home directory of its own, on a database that is there. */
public final class ServiceProcess implements AutoCloseable {

    private static final Duration START_WAIT = Duration.ofSeconds(120);
    private static final Duration END_WAIT = Duration.ofSeconds(90);
    private static final Duration POLLING = Duration.ofMillis(5);

    private final Process process;
    private final URI address;
    private final Path output;
    private final long startNanos;
    private double secondsToReady;

    private ServiceProcess(Process process, URI address, Path output, long startNanos) {
        this.process = process;
        this.address = address;
        this.output = output;
        this.startNanos = startNanos;
        // A run that is broken off takes its services with it.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroy));
    }

    /** How to run it. */
    public static final class Launch {

        private final Path home;
        private final Database database;
        private final List<String> code;
        private final List<String> options = new ArrayList<>();

        private Launch(Path home, Database database, List<String> code) {
            this.home = home;
            this.database = database;
            this.code = code;
        }

        /** The same with an option for the JVM. */
        Launch option(String option) {
            options.add(option);
            return this;
        }

        /** Starts it and waits until it is ready. */
        public ServiceProcess start() throws IOException, InterruptedException {
            Files.createDirectories(home);
            int port = freePort();
            var output = home.resolve("output.txt");
            List<String> command = new ArrayList<>();
            command.add(java());
            command.addAll(options);
            command.addAll(code);
            command.addAll(
                    List.of(
                            "--spring.profiles.active=local",
                            "--onboarding.sweep.enabled=false",
                            "--onboarding.edge.requests-burst=1000000",
                            "--onboarding.edge.requests-per-second=1000000"));
            var builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile());
            var environment = builder.environment();
            environment
                    .keySet()
                    .removeIf(
                            name ->
                                    name.startsWith("ONBOARDING_")
                                            || name.startsWith("SPRING_")
                                            || name.equals("JAVA_TOOL_OPTIONS"));
            environment.put("ONBOARDING_HOME", home.toString());
            environment.put("ONBOARDING_PORT", String.valueOf(port));
            environment.put("ONBOARDING_SITES_PORT", "0");
            environment.put("ONBOARDING_DATABASE_URL", database.url());
            long begin = System.nanoTime();
            var service =
                    new ServiceProcess(
                            builder.start(), URI.create("http://127.0.0.1:" + port), output, begin);
            try {
                return service.awaitReady();
            } catch (IOException | InterruptedException | RuntimeException e) {
                service.close();
                throw e;
            }
        }
    }

    /** The service as it is on this process's class path; where it is packaged, as that. */
    public static Launch of(Stage stage, String name, Database database)
            throws IOException, InterruptedException {
        var home = stage.directory().resolve(name);
        return new Launch(
                home,
                database,
                Files.exists(stage.serviceJar())
                        ? packaged(stage)
                        : List.of(
                                "-cp",
                                System.getProperty("java.class.path"),
                                OnboardingService.class.getName()));
    }

    /**
     * The packaged service.
     *
     * @throws Bench.CannotRun if it is not there
     */
    static Launch ofPackaged(Stage stage, String name, Database database)
            throws IOException, InterruptedException, Bench.CannotRun {
        if (Files.notExists(stage.serviceJar())) {
            throw new Bench.CannotRun("the service is not packaged: " + stage.serviceJar());
        }
        return new Launch(stage.directory().resolve(name), database, packaged(stage));
    }

    /** Unpacked, as Spring Boot advises: the JVM then finds the classes where its caches do. */
    private static List<String> packaged(Stage stage) throws IOException, InterruptedException {
        var jar = stage.serviceJar();
        var directory =
                stage.directory().resolve("unpacked-" + Files.getLastModifiedTime(jar).toMillis());
        if (Files.notExists(directory)) {
            var process =
                    new ProcessBuilder(
                                    java(),
                                    "-Djarmode=tools",
                                    "-jar",
                                    jar.toString(),
                                    "extract",
                                    "--destination",
                                    directory.toString())
                            .redirectErrorStream(true)
                            .start();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("The service could not be unpacked: " + said);
            }
        }
        return List.of("-jar", directory.resolve(jar.getFileName()).toString());
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private ServiceProcess awaitReady() throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(address.resolve("/health/ready")).build();
        try (var client = HttpClient.newHttpClient()) {
            while (System.nanoTime() - startNanos < START_WAIT.toNanos()) {
                if (!process.isAlive()) {
                    throw new IOException("The service ended: " + Files.readString(output));
                }
                try {
                    if (client.send(request, BodyHandlers.discarding()).statusCode() == 200) {
                        secondsToReady = (System.nanoTime() - startNanos) / 1e9;
                        return this;
                    }
                } catch (IOException notYet) {
                    // Nobody listens yet.
                }
                Thread.sleep(POLLING);
            }
        }
        throw new IOException("The service does not become ready: " + Files.readString(output));
    }

    public URI address() {
        return address;
    }

    /** From the start of the process to the first sign of being ready. */
    double secondsToReady() {
        return secondsToReady;
    }

    /** Resident memory of the process, MiB. */
    double residentMib() throws IOException {
        var ps =
                new ProcessBuilder("ps", "-o", "rss=", "-p", String.valueOf(process.pid())).start();
        try (var output = ps.inputReader()) {
            return Long.parseLong(String.valueOf(output.readLine()).strip()) / 1024.0;
        }
    }

    /** Asks it to end, and waits until it has. */
    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(END_WAIT.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
