package tools.choco.onboarding.testing;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** A time in which the database of a service takes no connections and has none. */
public final class Outage implements AutoCloseable {

    private static final Duration WAIT = Duration.ofSeconds(60);

    /** Longer than the pool trusts a connection without asking it. */
    private static final Duration STEADY = Duration.ofSeconds(1);

    private final RunningService service;
    private final String administration;
    private final String user;
    private final String database;

    private Outage(RunningService service, String administration, String user, String database) {
        this.service = service;
        this.administration = administration;
        this.user = user;
        this.database = database;
    }

    /** Begins an outage, which ends when it is closed. */
    public static Outage of(RunningService service) {
        String url = service.database().jdbcUrl();
        String path = URI.create(url.substring("jdbc:".length())).getPath();
        Outage outage =
                new Outage(
                        service,
                        url.replace(path, "/postgres"),
                        service.database().user(),
                        path.substring(1));
        outage.execute("ALTER DATABASE " + outage.database + " WITH ALLOW_CONNECTIONS false");
        outage.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
                        + outage.database
                        + "'");
        return outage;
    }

    /** Ends it, and waits until the service has been ready for a while. */
    @Override
    public void close() {
        execute("ALTER DATABASE " + database + " WITH ALLOW_CONNECTIONS true");
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
