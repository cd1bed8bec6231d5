package tools.choco.onboarding.wiring;

import java.io.IOException;
import java.time.Clock;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.choco.onboarding.hosting.GitAccess;
import tools.choco.onboarding.hosting.PushListener;
import tools.choco.onboarding.hosting.local.LocalHosting;
import tools.choco.onboarding.hosting.local.SiteLimits;
import tools.choco.onboarding.hosting.local.SitesAddress;
import tools.choco.onboarding.hosting.local.SitesServer;
import tools.choco.onboarding.hosting.local.SitesSettings;
import tools.choco.onboarding.launch.Home;
import tools.choco.onboarding.launch.NoticeLine;
import tools.choco.onboarding.launch.StartFailure;

/** Hosts sites on this machine, on a port of their own. */
@Configuration(proxyBeanMethods = false)
class HostingConfiguration {

    private static final String DIRECTORY = "hosting";
    private static final String SERVER_DIRECTORY = "hosting/server";

    @Bean
    SitesAddress sitesAddress(SitesSettings settings) {
        return new SitesAddress(settings);
    }

    @Bean
    LocalHosting siteHosting(
            Home home,
            SitesAddress address,
            SitesSettings settings,
            SiteLimits limits,
            Clock clock) {
        try {
            return LocalHosting.in(home.resolve(DIRECTORY), address, settings, limits, clock);
        } catch (IOException unusable) {
            throw new StartFailure(
                    StartFailure.Reason.CONFIGURATION,
                    "The directory " + home.resolve(DIRECTORY) + " cannot be used: " + unusable);
        }
    }

    @Bean
    SitesServer sitesServer(
            LocalHosting hosting,
            SitesAddress address,
            SitesSettings settings,
            GitAccess access,
            PushListener listener,
            Home home) {
        return new SitesServer(
                hosting, address, settings, access, listener, home.resolve(SERVER_DIRECTORY));
    }

    /** Serves sites before the tasks build any: the addresses are known from then on. */
    @Bean
    SmartLifecycle sitesLifecycle(SitesServer server) {
        return new Phased(Phased.FOLLOWERS, server::start, server::stop);
    }

    @Bean
    NoticeLine sitesNotice(SitesAddress address) {
        return new NoticeLine("sites", address::base);
    }
}
