package tools.choco.onboarding.wiring;

import java.time.Clock;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.choco.onboarding.answer.TextVault;
import tools.choco.onboarding.eventlog.EventLog;
import tools.choco.onboarding.github.GithubLinks;
import tools.choco.onboarding.ops.Audit;
import tools.choco.onboarding.ops.LoggedAudit;
import tools.choco.onboarding.ops.provisioning.Provisionings;
import tools.choco.onboarding.provisioning.Restart;
import tools.choco.onboarding.provisioning.SitesOfUser;
import tools.choco.onboarding.refusal.recording.SessionOfSite;
import tools.choco.onboarding.site.http.ClaimSettings;
import tools.choco.onboarding.site.http.SiteClaims;
import tools.choco.onboarding.site.http.SiteGateway;

/** Sites: their claims, the way commands get to them, and what operators do about them. */
@Configuration(proxyBeanMethods = false)
class SitesConfiguration {

    @Bean
    SiteClaims siteClaims(JdbcClient jdbc, ClaimSettings settings) {
        return new SiteClaims(jdbc, settings);
    }

    @Bean
    SitesOfUser sitesOfUser(SiteClaims claims) {
        return claims::byUser;
    }

    @Bean
    SessionOfSite sessionOfSite(SiteClaims claims) {
        return claims::sessionOf;
    }

    @Bean
    SiteGateway siteGateway(CommandGateway commands, SiteClaims claims) {
        return new SiteGateway(commands, claims);
    }

    @Bean
    Audit audit(EventStore store, EventLog log, TextVault texts, Clock clock) {
        return new LoggedAudit(store, log.aggregates(), texts, clock);
    }

    @Bean
    Provisionings provisionings(
            SiteGateway sites, GithubLinks links, Restart restart, Audit audit) {
        return new Provisionings(sites, links, restart, audit);
    }
}
