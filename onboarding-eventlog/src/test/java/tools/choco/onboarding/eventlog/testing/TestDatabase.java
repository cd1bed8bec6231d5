package tools.choco.onboarding.eventlog.testing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;

/**
 * A database of a test's own, with the tables of every migration that the class path has in {@code
 * db/migration}.
 *
 * <p>The first one of a JVM starts the embedded PostgreSQL and migrates a template; every other is
 * a copy of that, made in milliseconds. The server ends with the JVM. Databases may be made and
 * used in parallel.
 */
public final class TestDatabase implements AutoCloseable {

    private static final int CONNECTIONS_MAX = 8;
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String name;
    private final HikariDataSource dataSource;

    private TestDatabase(String name) {
        this.name = name;
        var config = new HikariConfig();
        config.setJdbcUrl(Server.url(name));
        config.setUsername(Server.USER);
        config.setMaximumPoolSize(CONNECTIONS_MAX);
        config.setMinimumIdle(1);
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        config.addDataSourceProperty("logServerErrorDetail", "false");
        dataSource = new HikariDataSource(config);
    }

    /** A fresh database: every table, no rows. */
    public static TestDatabase create() {
        var name = "test_" + COUNT.incrementAndGet();
        Server.execute("CREATE DATABASE %s TEMPLATE %s".formatted(name, Server.TEMPLATE));
        return new TestDatabase(name);
    }

    /** A pool of at most 8 connections, closed with the database. */
    public HikariDataSource dataSource() {
        return dataSource;
    }

    /** Address for connections that do not come from the pool; there is no password. */
    public String jdbcUrl() {
        return Server.url(name);
    }

    /** The user who owns the database. */
    public String user() {
        return Server.USER;
    }

    /**
     * A user for the service, without a password; {@code grant_to_service} gives it its rights to a
     * database.
     */
    public String serviceUser() {
        return Server.SERVICE_USER;
    }

    /** Drops the database, whoever is still connected. */
    @Override
    public void close() {
        dataSource.close();
        Server.execute("DROP DATABASE %s WITH (FORCE)".formatted(name));
    }

    /** The one server of the JVM, started by its first use. */
    private static final class Server {

        static final String USER = "postgres";
        static final String SERVICE_USER = "onboarding_service";
        static final String TEMPLATE = "migrated";

        private static final EmbeddedPostgres POSTGRES = start();

        static {
            execute("CREATE ROLE %s LOGIN".formatted(SERVICE_USER));
            execute("CREATE DATABASE " + TEMPLATE);
            Flyway.configure()
                    .dataSource(url(TEMPLATE), USER, "")
                    .locations("classpath:db/migration")
                    .load()
                    .migrate();
        }

        // Ends by itself with the JVM, through a hook of the library's own.
        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setLocaleConfig("locale", "C")
                        .setLocaleConfig("lc-messages", "C")
                        .setLocaleConfig("encoding", "UTF8")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException("The embedded PostgreSQL does not start", e);
            }
        }

        static String url(String database) {
            return POSTGRES.getJdbcUrl(USER, database);
        }

        static void execute(String sql) {
            try (var connection = POSTGRES.getPostgresDatabase().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException e) {
                throw new IllegalStateException("Failed: " + sql, e);
            }
        }
    }
}
