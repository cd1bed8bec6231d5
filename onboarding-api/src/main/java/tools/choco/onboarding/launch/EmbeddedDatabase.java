package tools.choco.onboarding.launch;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * PostgreSQL as a child of this process: durable, on loopback, its data below the home directory.
 *
 * <p>A server that outlived a killed process is ended first; it cannot belong to anyone else, since
 * the home directory is locked.
 */
public final class EmbeddedDatabase implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);

    /** Who owns the server and all that is in it. */
    static final String OWNER = "postgres";

    /** Who may only do what {@code grant_to_service} of the migrations says. */
    static final String SERVICE = "onboarding_service";

    /** Of what the library has unpacked to the end. */
    private static final String UNPACKED_MARK = ".exists";

    private static final String DRAFT = "postgres.draft-";
    private static final Duration START_WAIT = Duration.ofSeconds(60);
    private static final Duration END_WAIT = Duration.ofSeconds(30);
    private static final Duration END_POLLING = Duration.ofMillis(20);

    private final EmbeddedPostgres server;
    private final Path data;

    private EmbeddedDatabase(EmbeddedPostgres server, Path data) {
        this.server = server;
        this.data = data;
    }

    /**
     * Starts the server on the data of the home directory.
     *
     * @throws StartFailure if it does not come up
     */
    public static EmbeddedDatabase start(Home home) {
        Path data = home.resolve("postgres");
        try {
            Files.createDirectories(home.resolve("logs"));
            deleteHalfUnpacked(home.resolve("postgres-server"));
            if (Files.notExists(data)) {
                initialise(home, data);
            }
            endOrphan(data);
            forgetStranger(data);
            EmbeddedDatabase database = new EmbeddedDatabase(server(home, data), data);
            try {
                database.makeServiceRole();
                return database;
            } catch (SQLException failed) {
                database.close();
                throw new IOException(failed);
            }
        } catch (IOException | RuntimeException failed) {
            throw failed instanceof StartFailure known
                    ? known
                    : new StartFailure(
                            StartFailure.Reason.DATABASE,
                            "The embedded PostgreSQL did not start on %s (%s says more): %s"
                                    .formatted(
                                            data,
                                            serverLog(home),
                                            failed.getCause() == null
                                                    ? failed
                                                    : failed.getCause()));
        }
    }

    // A process that dies in the middle of this leaves a draft, never half a database.
    private static void initialise(Home home, Path data) throws IOException {
        try (Stream<Path> leftovers = Files.list(home.directory())) {
            for (Path leftover : leftovers.filter(EmbeddedDatabase::isDraft).toList()) {
                endOrphan(leftover);
                FileSystemUtils.deleteRecursively(leftover);
            }
        }
        Path draft = home.resolve(DRAFT + ProcessHandle.current().pid());
        new EmbeddedDatabase(server(home, draft), draft).close();
        Files.move(draft, data, StandardCopyOption.ATOMIC_MOVE);
    }

    private static boolean isDraft(Path path) {
        return path.getFileName().toString().startsWith(DRAFT);
    }

    // The library would keep what a killed process had unpacked, and fail on it or run it.
    private static void deleteHalfUnpacked(Path servers) throws IOException {
        if (Files.isDirectory(servers)) {
            try (Stream<Path> unpacked = Files.list(servers)) {
                for (Path server : unpacked.toList()) {
                    if (Files.notExists(server.resolve(UNPACKED_MARK))) {
                        FileSystemUtils.deleteRecursively(server);
                    }
                }
            }
        }
    }

    private static EmbeddedPostgres server(Home home, Path data) throws IOException {
        FutureTask<EmbeddedPostgres> start = new FutureTask<>(() -> builder(home, data).start());
        Thread.ofPlatform().name("postgres-start").daemon().start(start);
        try {
            while (true) {
                try {
                    // A process that is asked to end waits for its start, so that it can undo it,
                    // unless the start waits without a limit: that looks stuck to the container.
                    return start.get(1, TimeUnit.SECONDS);
                } catch (TimeoutException underWay) {
                    log.debug("The database server is starting");
                }
            }
        } catch (ExecutionException failed) {
            endOrphan(data);
            throw new IOException(failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    private static EmbeddedPostgres.Builder builder(Home home, Path data) {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                // Ended by close(), after the connection pool; a hook would run beside it.
                .setRegisterShutdownHook(false)
                .setOverrideWorkingDirectory(home.resolve("postgres-server").toFile())
                .setOutputRedirector(Redirect.appendTo(serverLog(home).toFile()))
                .setErrorRedirector(Redirect.appendTo(serverLog(home).toFile()))
                .setPGStartupWait(START_WAIT)
                .setLocaleConfig("locale", "C")
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("unix_socket_directories", "")
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("max_connections", "100")
                // The details of an error are the values of the row it is about.
                .setServerConfig("log_error_verbosity", "terse");
    }

    private static Path serverLog(Home home) {
        return home.resolve("logs").resolve("postgres.log");
    }

    /** Where it listens; {@link #OWNER} and {@link #SERVICE} connect without a password. */
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
    }

    // Of the server, not of a database: no migration could make it.
    private void makeServiceRole() throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    DO $$ BEGIN
                        IF to_regrole('%1$s') IS NULL THEN CREATE ROLE %1$s LOGIN; END IF;
                    END $$
                    """
                            .formatted(SERVICE));
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        // The library gives up after a few seconds.
        endOrphan(data);
    }

    private static void endOrphan(Path data) throws IOException {
        ProcessHandle orphan = postmaster(data);
        if (orphan == null) {
            return;
        }
        log.info("Ending the database server, process {}", orphan.pid());
        try {
            // Fast shutdown; what destroy() sends would wait for every client of the server.
            new ProcessBuilder("kill", "-INT", Long.toString(orphan.pid())).start().waitFor();
            long deadline = System.nanoTime() + END_WAIT.toNanos();
            // Where nobody collects dead orphans the process stays; its file goes at the very end.
            while (orphan.isAlive() && Files.exists(pidFile(data))) {
                if (System.nanoTime() - deadline > 0) {
                    throw new StartFailure(
                            StartFailure.Reason.DATABASE,
                            "The database server, process "
                                    + orphan.pid()
                                    + ", does not end; end it by hand.");
                }
                Thread.sleep(END_POLLING);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    // Where process ids begin anew, as in a container, the one in the file soon belongs to another
    // process or to a thread of this one, and PostgreSQL would take that for a server at work.
    private static void forgetStranger(Path data) throws IOException {
        ProcessHandle named = named(data);
        if (named != null && named.info().command().isPresent() && postmaster(data) == null) {
            Files.delete(pidFile(data));
        }
    }

    private static Path pidFile(Path data) {
        return data.resolve("postmaster.pid");
    }

    private static @Nullable ProcessHandle postmaster(Path data) throws IOException {
        ProcessHandle named = named(data);
        return named != null && servesOn(data, named.info()) ? named : null;
    }

    private static @Nullable ProcessHandle named(Path data) throws IOException {
        if (!Files.exists(pidFile(data))) {
            return null;
        }
        List<String> lines = Files.readAllLines(pidFile(data));
        long pid = lines.isEmpty() ? 0 : Long.parseLong(lines.getFirst().strip());
        return ProcessHandle.of(pid).orElse(null);
    }

    // A reused process id may name a stranger, even another server.
    private static boolean servesOn(Path data, ProcessHandle.Info process) {
        return process.command().orElse("").endsWith("postgres")
                && process.arguments()
                        .map(arguments -> List.of(arguments).contains(data.toString()))
                        .orElse(true);
    }
}
