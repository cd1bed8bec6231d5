package tools.choco.onboarding.provisioning;

import com.google.protobuf.Message;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.Segment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.choco.onboarding.Caller;
import tools.choco.onboarding.EventMetadata;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.events.EventFields;
import tools.choco.onboarding.events.v1.SiteProvisionCompleted;
import tools.choco.onboarding.events.v1.WelcomeSiteProvisioned;
import tools.choco.onboarding.session.CompleteSiteStep;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.site.SiteId;

/**
 * Tells a session that its site is ready. The command is durable before the policy's token moves,
 * and changes nothing when it comes again; the policy never replays.
 */
public final class SiteOutcome implements EventHandlerInvoker {

    /** Name of the policy's processor; token rows hang on it. */
    public static final String NAME = "site-outcome";

    private static final Logger log = LoggerFactory.getLogger(SiteOutcome.class);

    private final CommandGateway commands;
    private final Checkpoints checkpoints;

    /** A thread without a unit of work: within one, the events would wait for its end. */
    private final Executor outside = command -> Thread.ofVirtual().start(command);

    public SiteOutcome(CommandGateway commands, Checkpoints checkpoints) {
        this.commands = commands;
        this.checkpoints = checkpoints;
    }

    @Override
    public boolean canHandle(EventMessage<?> event, Segment segment) {
        return canHandleType(event.getPayloadType());
    }

    @Override
    public boolean canHandleType(Class<?> payloadType) {
        return payloadType == SiteProvisionCompleted.class
                || payloadType == WelcomeSiteProvisioned.class;
    }

    @Override
    public boolean supportsReset() {
        return false;
    }

    @Override
    public void handle(EventMessage<?> event, Segment segment) {
        Message payload = (Message) event.getPayload();
        String siteId = EventFields.siteId(payload).orElseThrow();
        Request request =
                Request.of(
                                Caller.service(NAME),
                                String.valueOf(
                                        event.getMetaData().get(EventMetadata.CORRELATION_ID)))
                        .causedBy(event.getIdentifier());
        CompleteSiteStep command =
                new CompleteSiteStep(
                        new SessionId(EventFields.sessionId(payload)), new SiteId(siteId), request);
        try {
            CompletableFuture.runAsync(() -> commands.sendAndWait(command), outside).join();
        } catch (CompletionException failed) {
            if (!(failed.getCause() instanceof Refused refused)) {
                throw failed;
            }
            log.debug("Session of site {}: {}", siteId, refused.refusal());
        }
        checkpoints.reached(Checkpoints.AFTER_OUTCOME, siteId);
    }
}
