package tools.choco.onboarding.bench.database;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import tools.choco.onboarding.launch.EmbeddedDatabase;
import tools.choco.onboarding.launch.Home;

/**
 * One embedded PostgreSQL as the service runs it, {@code fsync} and {@code synchronous_commit} on.
 */
public final class Server implements AutoCloseable {

    private final Home home;
    private final EmbeddedDatabase postgres;

    private Server(Home home, EmbeddedDatabase postgres) {
        this.home = home;
        this.postgres = postgres;
        // A run that is broken off leaves no server behind.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::end));
    }

    /**
     * Starts it, on the data that an earlier one left in the directory, if there are any.
     *
     * @param directory on the disk that is to be measured
     */
    public static Server start(Path directory) {
        var home = Home.open(directory);
        return new Server(home, EmbeddedDatabase.start(home));
    }

    /** A fresh database with every table of the service; one of the same name is dropped. */
    public Database create(String name) throws SQLException {
        drop(name);
        execute("CREATE DATABASE " + name);
        return database(name).migrated();
    }

    /** A fresh copy of a database that nobody uses; one of the same name is dropped. */
    public Database copy(String name, String copy) throws SQLException {
        drop(copy);
        execute("CREATE DATABASE %s TEMPLATE %s STRATEGY file_copy".formatted(copy, name));
        return database(copy);
    }

    /** The database of that name, which is there. */
    public Database database(String name) {
        return new Database(url(name));
    }

    public boolean has(String name) throws SQLException {
        try (var connection = DriverManager.getConnection(url("postgres"));
                var select =
                        connection.prepareStatement(
                                "SELECT EXISTS (SELECT FROM pg_database WHERE datname = ?)")) {
            select.setString(1, name);
            try (var row = select.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    public void drop(String name) throws SQLException {
        execute("DROP DATABASE IF EXISTS %s WITH (FORCE)".formatted(name));
    }

    /** Gives a name to a database that nobody uses; it is there for good then. */
    public void rename(String name, String next) throws SQLException {
        execute("ALTER DATABASE %s RENAME TO %s".formatted(name, next));
    }

    /** Brings what is dirty to disk, so that no bench pays for the one before it. */
    public void settle() throws SQLException {
        execute("CHECKPOINT");
    }

    /** Version and the settings that matter, as the server says them. */
    public String described() throws SQLException {
        try (var connection = DriverManager.getConnection(url("postgres"));
                var statement = connection.createStatement();
                var row =
                        statement.executeQuery(
                                """
                                SELECT 'PostgreSQL ' || current_setting('server_version')
                                       || ', fsync ' || current_setting('fsync')
                                       || ', synchronous_commit '
                                       || current_setting('synchronous_commit')
                                       || ', shared_buffers ' || current_setting('shared_buffers')
                                """)) {
            row.next();
            return row.getString(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(url("postgres"));
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws IOException {
        try (home) {
            postgres.close();
        }
    }

    /** As the owner of everything: a bench measures no rights. */
    private String url(String name) {
        return postgres.url().replaceFirst("/postgres$", "/" + name) + "?user=postgres";
    }

    private void end() {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
