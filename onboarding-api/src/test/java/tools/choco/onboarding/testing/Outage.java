package tools.choco.onboarding.testing;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A time in which the database of a service takes no connections and has none. */
public final class Outage implements AutoCloseable {

    private final String administration;
    private final String user;
    private final String database;

    private Outage(String administration, String user, String database) {
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

    @Override
    public void close() {
        execute("ALTER DATABASE " + database + " WITH ALLOW_CONNECTIONS true");
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
