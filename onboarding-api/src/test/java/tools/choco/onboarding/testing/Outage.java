package tools.choco.onboarding.testing;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** A time in which the database of a service cannot be used, or only be read. */
public final class Outage implements AutoCloseable {

    private static final Duration WAIT = Duration.ofSeconds(60);

    /** Longer than the pool trusts a connection without asking it. */
    private static final Duration STEADY = Duration.ofSeconds(1);

    private final RunningService service;
    private final String administration;
    private final String user;
    private final String database;
    private final String end;

    private Outage(RunningService service, String begin, String end) {
        String url = service.database().jdbcUrl();
        String path = URI.create(url.substring("jdbc:".length())).getPath();
        this.service = service;
        this.administration = url.replace(path, "/postgres");
        this.user = service.database().user();
        this.database = path.substring(1);
        this.end = end;
        execute("ALTER DATABASE " + database + " " + begin);
        execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
                        + database
                        + "'");
    }

    /** The database takes no connections and has none, until this is closed. */
    public static Outage of(RunningService service) {
        return new Outage(service, "ALLOW_CONNECTIONS false", "ALLOW_CONNECTIONS true");
    }

    /**
     * The database ends every connection, and those that are made until this is closed can only
     * read, for as long as they last: as if another server had taken over for a while.
     */
    public static Outage readOnly(RunningService service) {
        return new Outage(
                service,
                "SET default_transaction_read_only = on",
                "RESET default_transaction_read_only");
    }

    /** Ends it, and waits until the service has been ready for a while. */
    @Override
    public void close() {
        execute("ALTER DATABASE " + database + " " + end);
        await().atMost(WAIT)
                .during(STEADY)
                .until(() -> service.client().get("/health/ready").status() == 200);
    }

    private void execute(String sql) {
        try (Connection connection = DriverManager.getConnection(administration, user, "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
