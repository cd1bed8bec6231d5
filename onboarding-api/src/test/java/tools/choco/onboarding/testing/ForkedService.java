package tools.choco.onboarding.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.choco.onboarding.OnboardingService;

/**
 * The service as a process of its own, which can be killed: on the class path of the tests without
 * the tests, profile {@code local}, a free port. The idle sweep rests unless an argument says
 * otherwise. Closing it leaves no process behind, its embedded database included.
 */
public final class ForkedService implements AutoCloseable {

    private static final Duration START_WAIT = Duration.ofSeconds(90);
    private static final Duration END_WAIT = Duration.ofSeconds(60);
    private static final Pattern READY = Pattern.compile("ready at (http://127\\.0\\.0\\.1:\\d+)");

    private final Process process;
    private final Path home;
    private final Path output;
    private final Path errors;

    private ForkedService(Process process, Path home, Path output, Path errors) {
        this.process = process;
        this.home = home;
        this.output = output;
        this.errors = errors;
    }

    /** How to start it. */
    public static final class Launch {

        private final Path home;
        private final Map<String, String> environment = new LinkedHashMap<>();
        private final List<String> arguments = new ArrayList<>();
        private Class<?> main = OnboardingService.class;

        private Launch(Path home) {
            this.home = home;
            environment.put("ONBOARDING_HOME", home.toString());
            environment.put("ONBOARDING_PORT", "0");
            environment.put("ONBOARDING_SITES_PORT", "0");
            environment.put("SPRING_PROFILES_ACTIVE", "local");
            arguments.add("--onboarding.sweep.enabled=false");
            arguments.add("--onboarding.edge.requests-burst=100000");
            arguments.add("--onboarding.edge.requests-per-second=100000");
        }

        /** The same with an environment variable. */
        public Launch env(String name, Object value) {
            environment.put(name, value.toString());
            return this;
        }

        /** The same with a setting, {@code name=value}; the last one of a name counts. */
        public Launch setting(String setting) {
            arguments.removeIf(
                    it -> it.startsWith("--" + setting.substring(0, setting.indexOf('=') + 1)));
            arguments.add("--" + setting);
            return this;
        }

        /** The same with the tests on its class path, started by a class of theirs. */
        public Launch withTests(Class<?> mainOfTests) {
            main = mainOfTests;
            return this;
        }

        /** Starts the process and waits until it is ready. */
        public ForkedService start() {
            ForkedService service = launch();
            try {
                return service.awaitReady();
            } catch (Throwable failed) {
                service.close();
                throw failed;
            }
        }

        /** Starts the process. */
        public ForkedService launch() {
            try {
                Path directory = Files.createTempDirectory("forked-");
                Path output = directory.resolve("out");
                Path errors = directory.resolve("err");
                Path options = directory.resolve("options");
                Files.writeString(
                        options,
                        """
                        -cp "%s"
                        -Xmx256m
                        -XX:TieredStopAtLevel=1
                        -XX:+UseSerialGC
                        -Xshare:auto
                        """
                                .formatted(classPath().replace("\\", "\\\\")));
                List<String> command = new ArrayList<>();
                command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
                command.add("@" + options);
                command.add(main.getName());
                command.addAll(arguments);
                ProcessBuilder builder =
                        new ProcessBuilder(command)
                                .redirectOutput(output.toFile())
                                .redirectError(errors.toFile());
                builder.environment()
                        .keySet()
                        .removeIf(
                                name ->
                                        name.startsWith("ONBOARDING_")
                                                || name.startsWith("SPRING_")
                                                || name.startsWith("JAVA_TOOL_OPTIONS"));
                builder.environment().putAll(environment);
                return new ForkedService(builder.start(), home, output, errors);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        private String classPath() {
            String whole =
                    System.getProperty(
                            "surefire.test.class.path", System.getProperty("java.class.path"));
            return Arrays.stream(whole.split(File.pathSeparator))
                    .filter(
                            entry ->
                                    main != OnboardingService.class
                                            || !entry.replaceAll("[/\\\\]+$", "")
                                                    .endsWith("test-classes"))
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }

    /** A service on a home directory of its own, with the embedded database. */
    public static Launch on(Path home) {
        return new Launch(home);
    }

    /** Waits until it says that it is ready, and is. */
    public ForkedService awaitReady() {
        await().atMost(START_WAIT)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> !process.isAlive() || READY.matcher(output()).find());
        assertThat(process.isAlive()).as("%s%s", output(), errors()).isTrue();
        await().atMost(START_WAIT)
                .untilAsserted(
                        () ->
                                assertThat(client().get("/health/ready").status())
                                        .as("%s%s", output(), errors())
                                        .isEqualTo(200));
        return this;
    }

    /** Where it listens. */
    public String address() {
        Matcher ready = READY.matcher(output());
        assertThat(ready.find()).as(output()).isTrue();
        return ready.group(1);
    }

    /** A caller without a token. */
    public Client client() {
        return Client.anonymous(address());
    }

    /** A user. */
    public Client user(String subject) {
        return client().as(subject, "onboarding:write");
    }

    /** An analyst. */
    public Client analyst() {
        return client().as("analyst", "analytics:read");
    }

    /** An operator. */
    public Client operator() {
        return client().as("operator", "ops");
    }

    /** What it printed to standard output so far. */
    public String output() {
        return read(output);
    }

    /** What it printed to standard error so far. */
    public String errors() {
        return read(errors);
    }

    /** The process. */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** Ends it as {@code kill -9} does, and waits until it is gone; its database stays. */
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** Asks it to end as Ctrl-C does; returns its exit code. */
    public int stop() {
        process.destroy();
        return awaitExit();
    }

    /** Waits until it ends by itself; returns its exit code. */
    public int awaitExit() {
        try {
            assertThat(process.waitFor(END_WAIT.toSeconds(), TimeUnit.SECONDS))
                    .as("ended in time")
                    .isTrue();
            return process.exitValue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** The embedded database server below the home directory, if one runs there. */
    public Optional<ProcessHandle> postgres() {
        return postgres(home);
    }

    /** Address of the embedded database. */
    public String databaseUrl() {
        return "jdbc:postgresql://127.0.0.1:" + databasePort() + "/postgres?user=postgres";
    }

    /** Port of the embedded database. */
    public int databasePort() {
        return Integer.parseInt(postmasterFile(home).get(3));
    }

    @Override
    public void close() {
        process.destroyForcibly();
        awaitExit();
        postgres()
                .ifPresent(
                        server -> {
                            signal("INT", server);
                            await().atMost(END_WAIT).until(() -> !server.isAlive());
                        });
    }

    /** Sends a signal that {@link ProcessHandle} has no method for. */
    public static void signal(String name, ProcessHandle target) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(target.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private static Optional<ProcessHandle> postgres(Path home) {
        List<String> lines = postmasterFile(home);
        return lines.isEmpty()
                ? Optional.empty()
                : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                        .filter(ProcessHandle::isAlive);
    }

    private static List<String> postmasterFile(Path home) {
        Path file = home.resolve("postgres").resolve("postmaster.pid");
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (NoSuchFileException ended) {
            return List.of();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
