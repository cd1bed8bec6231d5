package tools.choco.onboarding.sweep;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.common.IdentifierFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.flow.FlowCatalog;
import tools.choco.onboarding.projection.NotBuilt;
import tools.choco.onboarding.session.AbandonSession;
import tools.choco.onboarding.session.SessionAnswer;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.session.SessionStatus;
import tools.choco.onboarding.sessionview.FlowVersion;
import tools.choco.onboarding.sessionview.IdleSession;
import tools.choco.onboarding.sessionview.SessionQueries;

/**
 * Asks sessions that look idle to abandon themselves. The read model may lag, so a session that was
 * active meanwhile says no; asking twice changes nothing.
 */
public final class IdleSweep {

    /** Actor of what the sweep causes. */
    public static final String ACTOR = "idle-sweep";

    private static final Logger log = LoggerFactory.getLogger(IdleSweep.class);

    private final SessionQueries sessions;
    private final FlowCatalog flows;
    private final CommandGateway commands;
    private final Clock clock;
    private final int sessionsMax;

    public IdleSweep(
            SessionQueries sessions,
            FlowCatalog flows,
            CommandGateway commands,
            Clock clock,
            int sessionsMax) {
        this.sessions = sessions;
        this.flows = flows;
        this.commands = commands;
        this.clock = clock;
        this.sessionsMax = sessionsMax;
    }

    /** One sweep; returns how many sessions were abandoned: none until the read model is built. */
    public int sweep() {
        Request request =
                Request.of(
                        Caller.service(ACTOR),
                        IdentifierFactory.getInstance().generateIdentifier());
        int left = sessionsMax;
        int abandoned = 0;
        for (FlowVersion flow : active()) {
            Instant idleSince =
                    clock.instant()
                            .minus(flows.served(flow.flowId(), flow.flowVersion()).idleLimit());
            for (IdleSession idle : sessions.idleSince(flow, idleSince, Math.max(1, left))) {
                if (left-- <= 0) {
                    return abandoned;
                }
                SessionAnswer answer =
                        commands.sendAndWait(
                                new AbandonSession(new SessionId(idle.sessionId()), request));
                if (answer.state().status() == SessionStatus.ABANDONED) {
                    abandoned++;
                }
            }
        }
        if (abandoned > 0) {
            log.info("Abandoned {} idle sessions", abandoned);
        }
        return abandoned;
    }

    private List<FlowVersion> active() {
        try {
            return sessions.activeFlowVersions();
        } catch (NotBuilt notYet) {
            return List.of();
        }
    }
}
