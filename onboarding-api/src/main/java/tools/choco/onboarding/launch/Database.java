package tools.choco.onboarding.launch;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.jspecify.annotations.Nullable;

/** The database the service works on: reachable, migrated, and known. */
public final class Database implements AutoCloseable {

    private final HikariDataSource pool;
    private final @Nullable EmbeddedDatabase embedded;

    private Database(HikariDataSource pool, @Nullable EmbeddedDatabase embedded) {
        this.pool = pool;
        this.embedded = embedded;
    }

    /**
     * Starts or reaches the database, migrates it and opens the pool.
     *
     * @throws StartFailure if it cannot be reached, or has a schema of a newer version
     */
    public static Database open(DatabaseSettings settings, Home home) {
        EmbeddedDatabase embedded = settings.url() == null ? EmbeddedDatabase.start(home) : null;
        try {
            String url = embedded == null ? String.valueOf(settings.url()) : embedded.url();
            requireReachable(url, settings);
            HikariDataSource pool = pool(url, settings);
            try {
                migrate(pool);
                return new Database(pool, embedded);
            } catch (RuntimeException failed) {
                pool.close();
                throw failed;
            }
        } catch (RuntimeException failed) {
            close(embedded);
            throw failed;
        }
    }

    /** Connections to it. */
    public DataSource dataSource() {
        return pool;
    }

    @Override
    public void close() {
        pool.close();
        close(embedded);
    }

    private static void requireReachable(String url, DatabaseSettings settings) {
        if (!url.startsWith("jdbc:postgresql:")) {
            // Not repeated: an address of another form may hold a password.
            throw new StartFailure(
                    StartFailure.Reason.CONFIGURATION,
                    "ONBOARDING_DATABASE_URL is jdbc:postgresql://host:port/database, and nothing"
                            + " else; user and password have settings of their own.");
        }
        Properties properties = new Properties();
        if (settings.user() != null) {
            properties.setProperty("user", settings.user());
        }
        if (settings.password() != null) {
            properties.setProperty("password", settings.password());
        }
        properties.setProperty(
                "loginTimeout", String.valueOf(settings.connectTimeout().toSeconds()));
        try (Connection connection = DriverManager.getConnection(url, properties)) {
            connection.isValid((int) settings.connectTimeout().toSeconds());
        } catch (SQLException unreachable) {
            throw new StartFailure(
                    StartFailure.Reason.DATABASE,
                    "The database of ONBOARDING_DATABASE_URL cannot be used: "
                            + unreachable.getMessage());
        }
    }

    private static HikariDataSource pool(String url, DatabaseSettings settings) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("onboarding");
        config.setJdbcUrl(url);
        config.setUsername(settings.user());
        config.setPassword(settings.password());
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        // An exception of the driver would quote the values of the row it failed on.
        config.addDataSourceProperty("logServerErrorDetail", "false");
        config.setMaximumPoolSize(settings.connectionsMax());
        config.setConnectionTimeout(settings.connectTimeout().toMillis());
        return new HikariDataSource(config);
    }

    private static void migrate(DataSource dataSource) {
        Flyway flyway =
                Flyway.configure()
                        .dataSource(dataSource)
                        .locations("classpath:db/migration")
                        // A migration of the future is a schema that this version does not know.
                        .ignoreMigrationPatterns(new String[0])
                        .cleanDisabled(true)
                        .load();
        try {
            flyway.migrate();
        } catch (FlywayValidateException unknown) {
            throw new StartFailure(
                    StartFailure.Reason.SCHEMA,
                    "The database has a schema that this version does not know; start the version"
                            + " that made it, or a newer one.");
        } catch (FlywayException failed) {
            throw new StartFailure(
                    StartFailure.Reason.SCHEMA,
                    "The database could not be migrated: " + failed.getMessage());
        }
    }

    private static void close(@Nullable EmbeddedDatabase embedded) {
        if (embedded != null) {
            try {
                embedded.close();
            } catch (IOException failed) {
                throw new IllegalStateException("the embedded database did not end", failed);
            }
        }
    }
}
