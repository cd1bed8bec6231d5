package tools.choco.onboarding.site.http;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.modelling.command.Aggregate;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.axonframework.modelling.command.Repository;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.provisioning.HostedSite;
import tools.choco.onboarding.provisioning.SiteHosting;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.site.CreateSite;
import tools.choco.onboarding.site.NewSite;
import tools.choco.onboarding.site.ReadSite;
import tools.choco.onboarding.site.Site;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.site.SiteCommand;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.SiteState;
import tools.choco.onboarding.site.Sites;

/**
 * Sites in the unit of work of their session's command: what both emit is one append.
 *
 * <p>The slug is claimed first, when all rules of the session have passed, and stays claimed
 * whatever becomes of the rest: the same session asking again gets the same site.
 */
public final class ClaimedSites implements Sites {

    private static final Caller READER = Caller.service("sessions");

    private final SiteClaims claims;
    private final SiteHosting hosting;
    private final Supplier<Repository<Site>> repository;

    public ClaimedSites(
            SiteClaims claims, SiteHosting hosting, Supplier<Repository<Site>> repository) {
        this.claims = claims;
        this.hosting = hosting;
        this.repository = repository;
    }

    @Override
    public SiteAnswer request(NewSite site, Request request) {
        claims.claim(site);
        AtomicBoolean missing = new AtomicBoolean();
        Aggregate<Site> aggregate = loadOrCreate(site.id(), missing);
        // One that is there may have been adopted since: its welcome site is not published again.
        NewSite ready = missing.get() && site.isWelcomeSite() ? published(site) : site;
        return hand(aggregate, new CreateSite(ready, request));
    }

    @Override
    public List<SiteState> of(SessionId session) {
        return claims.bySession(session).stream().flatMap(this::state).toList();
    }

    @Override
    public boolean anyRequested(SessionId session) {
        return claims.anyOf(session);
    }

    private NewSite published(NewSite site) {
        HostedSite hosted =
                new HostedSite(
                        site.id().value(), site.userId(), site.slug().value(), site.templateId());
        return site.servedAt(hosting.publishWelcomeSite(hosted).url());
    }

    private Stream<SiteState> state(SiteId id) {
        try {
            Aggregate<Site> site = repository.get().load(id.value());
            return Stream.of(hand(site, new ReadSite(id, Request.of(READER, ""))).state());
        } catch (AggregateNotFoundException claimedButNeverMade) {
            return Stream.empty();
        }
    }

    private Aggregate<Site> loadOrCreate(SiteId id, AtomicBoolean missing) {
        try {
            return repository
                    .get()
                    .loadOrCreate(
                            id.value(),
                            () -> {
                                missing.set(true);
                                return new Site();
                            });
        } catch (RuntimeException failed) {
            throw failed;
        } catch (Exception notOfOurs) {
            throw new IllegalStateException(notOfOurs);
        }
    }

    private static SiteAnswer hand(Aggregate<Site> site, SiteCommand command) {
        try {
            return (SiteAnswer) site.handle(new GenericCommandMessage<>(command));
        } catch (RuntimeException failed) {
            throw failed;
        } catch (Exception notOfOurs) {
            throw new IllegalStateException(notOfOurs);
        }
    }
}
