package tools.choco.onboarding.launch;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The database the service works on: reachable, migrated, and known.
 *
 * <p>Its owner migrates it and says what the service may do; the service works as a user who cannot
 * change what is in the log. Where only one user is named, that one does both.
 */
public final class Database implements AutoCloseable {

    private final HikariDataSource pool;
    private final @Nullable EmbeddedDatabase embedded;
    private final boolean logProtected;

    private Database(
            HikariDataSource pool, @Nullable EmbeddedDatabase embedded, boolean logProtected) {
        this.pool = pool;
        this.embedded = embedded;
        this.logProtected = logProtected;
    }

    /**
     * Starts or reaches the database, migrates it and opens the pool.
     *
     * @throws StartFailure if it cannot be reached, or has a schema of a newer version
     */
    public static Database open(DatabaseSettings settings, Home home) {
        EmbeddedDatabase embedded = settings.url() == null ? EmbeddedDatabase.start(home) : null;
        try {
            return embedded == null
                    ? open(service(settings), owner(settings), settings, null)
                    : open(
                            source(embedded.url(), EmbeddedDatabase.SERVICE, null, settings),
                            source(embedded.url(), EmbeddedDatabase.OWNER, null, settings),
                            settings,
                            embedded);
        } catch (RuntimeException failed) {
            close(embedded);
            throw failed;
        }
    }

    private static Database open(
            PGSimpleDataSource service,
            @Nullable PGSimpleDataSource owner,
            DatabaseSettings settings,
            @Nullable EmbeddedDatabase embedded) {
        String user = userOf(service, "ONBOARDING_DATABASE_USER");
        if (owner == null) {
            migrate(service, " (if another user owns it, name that as ONBOARDING_DATABASE_OWNER)");
        } else {
            userOf(owner, "ONBOARDING_DATABASE_OWNER");
            migrate(owner, "");
            grant(owner, user);
        }
        HikariDataSource pool = pool(service, settings);
        try {
            return new Database(pool, embedded, isLogProtected(pool));
        } catch (RuntimeException failed) {
            pool.close();
            throw failed;
        }
    }

    /** Connections to it. */
    public DataSource dataSource() {
        return pool;
    }

    /** Whether the service's user has no right to change, delete or truncate events. */
    public boolean isLogProtected() {
        return logProtected;
    }

    @Override
    public void close() {
        pool.close();
        close(embedded);
    }

    private static PGSimpleDataSource service(DatabaseSettings settings) {
        return source(
                String.valueOf(settings.url()), settings.user(), settings.password(), settings);
    }

    private static @Nullable PGSimpleDataSource owner(DatabaseSettings settings) {
        return settings.owner() == null
                ? null
                : source(
                        String.valueOf(settings.url()),
                        settings.owner(),
                        settings.ownerPassword(),
                        settings);
    }

    private static PGSimpleDataSource source(
            String url,
            @Nullable String user,
            @Nullable String password,
            DatabaseSettings settings) {
        if (!url.startsWith("jdbc:postgresql:")) {
            // Not repeated: an address of another form may hold a password.
            throw new StartFailure(
                    StartFailure.Reason.CONFIGURATION,
                    "ONBOARDING_DATABASE_URL is jdbc:postgresql://host:port/database, and nothing"
                            + " else; user and password have settings of their own.");
        }
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        if (user != null) {
            source.setUser(user);
            source.setPassword(password);
        }
        // An exception of the driver would quote the values of the row it failed on.
        source.setLogServerErrorDetail(false);
        source.setLoginTimeout((int) settings.connectTimeout().toSeconds());
        return source;
    }

    /** The user whom the server takes it for. */
    private static String userOf(PGSimpleDataSource source, String setting) {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT current_user")) {
            row.next();
            return row.getString(1);
        } catch (SQLException unusable) {
            throw new StartFailure(
                    StartFailure.Reason.DATABASE,
                    "The database of ONBOARDING_DATABASE_URL cannot be used as "
                            + setting
                            + ": "
                            + unusable.getMessage());
        }
    }

    private static HikariDataSource pool(PGSimpleDataSource source, DatabaseSettings settings) {
        source.setApplicationName(Instance.session(Instance.name()));
        HikariConfig config = new HikariConfig();
        config.setPoolName("onboarding");
        config.setDataSource(source);
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        config.setMaximumPoolSize(settings.connectionsMax());
        config.setConnectionTimeout(settings.connectTimeout().toMillis());
        // A frozen process must not keep rows and locks from the others until it wakes.
        config.setConnectionInitSql(
                "SET idle_in_transaction_session_timeout = "
                        + settings.idleTransactionMax().toMillis());
        config.setExceptionOverride(new LeaveReadOnlyServers());
        return new HikariDataSource(config);
    }

    /**
     * A session that was opened on a server, or at a time, that only lets read stays so; a new one
     * may be better off.
     */
    private static final class LeaveReadOnlyServers implements SQLExceptionOverride {

        private static final String READ_ONLY = "25006";

        @java.lang.Override
        public SQLExceptionOverride.Override adjudicate(SQLException failure) {
            return READ_ONLY.equals(failure.getSQLState())
                    ? SQLExceptionOverride.Override.MUST_EVICT
                    : SQLExceptionOverride.Override.CONTINUE_EVICT;
        }
    }

    private static void migrate(DataSource dataSource, String hint) {
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
                    "The database could not be migrated%s: %s"
                            .formatted(hint, failed.getMessage()));
        }
    }

    private static void grant(DataSource owner, String user) {
        try (Connection connection = owner.getConnection();
                PreparedStatement grant =
                        connection.prepareStatement("SELECT grant_to_service(?::name)")) {
            grant.setString(1, user);
            grant.execute();
        } catch (SQLException refused) {
            throw new StartFailure(
                    StartFailure.Reason.DATABASE,
                    "ONBOARDING_DATABASE_OWNER cannot say what ONBOARDING_DATABASE_USER may do: "
                            + refused.getMessage());
        }
    }

    private static boolean isLogProtected(DataSource service) {
        try (Connection connection = service.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                """
                                SELECT NOT has_table_privilege(oid, 'UPDATE, DELETE, TRUNCATE')
                                       AND NOT pg_has_role(relowner, 'MEMBER')
                                FROM pg_class WHERE oid = 'events'::regclass
                                """)) {
            row.next();
            return row.getBoolean(1);
        } catch (SQLException unusable) {
            throw new StartFailure(
                    StartFailure.Reason.DATABASE,
                    "The database of ONBOARDING_DATABASE_URL cannot be used: "
                            + unusable.getMessage());
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
