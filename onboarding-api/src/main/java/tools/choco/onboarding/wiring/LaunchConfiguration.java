package tools.choco.onboarding.wiring;

import java.nio.file.Path;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.launch.Database;
import tools.choco.onboarding.launch.DatabaseSettings;
import tools.choco.onboarding.launch.Home;

/** Home directory, database and clock. */
@Configuration(proxyBeanMethods = false)
class LaunchConfiguration {

    @Bean
    Home home(@Value("${onboarding.home}") Path directory) {
        return Home.open(directory);
    }

    @Bean
    Database database(DatabaseSettings settings, Home home) {
        return Database.open(settings, home);
    }

    @Bean(destroyMethod = "")
    DataSource dataSource(Database database) {
        return database.dataSource();
    }

    @Bean
    JdbcClient jdbcClient(DataSource dataSource) {
        return JdbcClient.create(dataSource);
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
