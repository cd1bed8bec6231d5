package tools.choco.onboarding.wiring;

import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import tools.choco.onboarding.keys.KeySettings;
import tools.choco.onboarding.keys.MasterKeys;
import tools.choco.onboarding.keys.PostgresAnswerVault;
import tools.choco.onboarding.launch.Home;
import tools.choco.onboarding.launch.StartFailure;

/** Keys: the master keys are never in the database, the data keys they wrap are. */
@Configuration(proxyBeanMethods = false)
class KeysConfiguration {

    @Bean
    @Profile("local")
    MasterKeys localMasterKeys(Home home) {
        return MasterKeys.inDirectory(home.directory());
    }

    @Bean
    @Profile("!local")
    MasterKeys configuredMasterKeys(@Value("${onboarding.keys.master-keys}") String keys) {
        if (keys.isBlank()) {
            throw new StartFailure(
                    StartFailure.Reason.CONFIGURATION,
                    "Outside the local profile the service needs ONBOARDING_MASTER_KEYS"
                            + " (id:base64, comma-separated, the current one first).");
        }
        return MasterKeys.of(keys);
    }

    @Bean
    PostgresAnswerVault answerVault(DataSource database, MasterKeys masters, Clock clock) {
        PostgresAnswerVault vault =
                new PostgresAnswerVault(database, masters, KeySettings.defaults(), clock);
        vault.rewrap();
        return vault;
    }
}
