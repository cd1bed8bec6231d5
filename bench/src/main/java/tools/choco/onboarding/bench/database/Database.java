package tools.choco.onboarding.bench.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;

/**
 * A database of a bench.
 *
 * @param url for connections as the owner of the tables
 */
public record Database(String url) {

    /** The same, with every table of the service. */
    public Database migrated() {
        Flyway.configure()
                .dataSource(url, null, null)
                .locations("classpath:db/migration")
                .load()
                .migrate();
        return this;
    }

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url);
    }

    /** A pool of exactly so many connections; closed by whoever asked for it. */
    public HikariDataSource pool(int connections) {
        var config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(connections);
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        return new HikariDataSource(config);
    }

    /** The single number that a query answers with. */
    public long number(String sql) throws SQLException {
        try (var connection = connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
