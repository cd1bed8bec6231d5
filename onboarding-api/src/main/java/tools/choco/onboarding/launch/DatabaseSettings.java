package tools.choco.onboarding.launch;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Which database to use, and as whom.
 *
 * @param url JDBC URL of a PostgreSQL server; null for the embedded one
 * @param user the user the service works as
 * @param password that user's password
 * @param owner the user who owns the tables and migrates them; null if {@code user} does both
 * @param ownerPassword that user's password
 * @param connectionsMax connections in the pool, of which the log keeps two to itself
 * @param connectTimeout how long to wait for a connection
 * @param idleTransactionMax silence within a transaction after which the server ends it
 */
@Validated
@ConfigurationProperties("onboarding.database")
public record DatabaseSettings(
        @Nullable String url,
        @Nullable String user,
        @Nullable String password,
        @Nullable String owner,
        @Nullable String ownerPassword,
        @DefaultValue("20") @Min(8) @Max(90) int connectionsMax,
        @DefaultValue("PT5S") Duration connectTimeout,
        @DefaultValue("PT10S") Duration idleTransactionMax) {

    public DatabaseSettings {
        url = url == null || url.isBlank() ? null : url;
        user = user == null || user.isBlank() ? null : user;
        owner = owner == null || owner.isBlank() ? null : owner;
        if (idleTransactionMax.toMillis() < 1_000 || idleTransactionMax.toMinutes() > 10) {
            throw new IllegalArgumentException(
                    "onboarding.database.idle-transaction-max is from 1 second to 10 minutes");
        }
    }
}
