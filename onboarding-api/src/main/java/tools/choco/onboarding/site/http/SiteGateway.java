package tools.choco.onboarding.site.http;

import java.util.List;
import java.util.stream.Stream;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.modelling.command.AggregateNotFoundException;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.session.RequestSite;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.site.ReadSite;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.site.SiteCommand;
import tools.choco.onboarding.site.SiteId;
import tools.choco.onboarding.site.SiteState;

/** Sends commands to sites, and to sessions for new ones. */
public final class SiteGateway {

    private final CommandGateway commands;
    private final SiteClaims claims;

    public SiteGateway(CommandGateway commands, SiteClaims claims) {
        this.commands = commands;
        this.claims = claims;
    }

    /**
     * Sends a command and waits for its answer.
     *
     * @throws Refused also with {@code SITE_NOT_FOUND} if there is no such site
     */
    public SiteAnswer send(SiteCommand command) {
        try {
            return commands.sendAndWait(command);
        } catch (AggregateNotFoundException missing) {
            throw Refused.because(Refusal.SITE_NOT_FOUND, "There is no such site.");
        }
    }

    /** Asks a session for a site. */
    SiteAnswer send(RequestSite command) {
        return commands.sendAndWait(command);
    }

    /** The sites that a session asked for, oldest first, each by its own state. */
    public List<SiteState> ofSession(SessionId session, Request request) {
        return claims.bySession(session).stream().flatMap(id -> state(id, request)).toList();
    }

    private Stream<SiteState> state(SiteId id, Request request) {
        try {
            SiteAnswer answer = commands.sendAndWait(new ReadSite(id, request));
            return Stream.of(answer.state());
        } catch (AggregateNotFoundException claimedButNeverMade) {
            return Stream.empty();
        }
    }
}
