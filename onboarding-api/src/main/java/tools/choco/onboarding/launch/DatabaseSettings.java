package tools.choco.onboarding.launch;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Which database to use.
 *
 * @param url JDBC URL of a PostgreSQL server; null for the embedded one
 * @param user user on that server
 * @param password password on that server
 * @param connectionsMax connections in the pool, of which the log keeps two to itself
 * @param connectTimeout how long to wait for a connection
 */
@Validated
@ConfigurationProperties("onboarding.database")
public record DatabaseSettings(
        @Nullable String url,
        @Nullable String user,
        @Nullable String password,
        @DefaultValue("20") @Min(8) @Max(90) int connectionsMax,
        @DefaultValue("PT5S") Duration connectTimeout) {

    public DatabaseSettings {
        url = url == null || url.isBlank() ? null : url;
        user = user == null || user.isBlank() ? null : user;
    }
}
