package tools.choco.onboarding.session.http;

import java.util.Optional;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.common.IdentifierFactory;
import org.axonframework.modelling.command.AggregateNotFoundException;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.session.ReadSession;
import tools.choco.onboarding.session.ResetSession;
import tools.choco.onboarding.session.SessionAnswer;
import tools.choco.onboarding.session.SessionCommand;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.session.SessionState;
import tools.choco.onboarding.session.StartOnboarding;

/**
 * Sends commands to sessions, and keeps the pointer from (user, flow) to the session that counts.
 *
 * <p>The sessions themselves are the truth: a pointer that a crash left behind a reset is moved by
 * whoever follows it next.
 */
public final class Sessions {

    private final CommandGateway commands;
    private final SessionClaims claims;

    public Sessions(CommandGateway commands, SessionClaims claims) {
        this.commands = commands;
        this.claims = claims;
    }

    /** Sends a command and waits for its answer. */
    SessionAnswer send(SessionCommand command) {
        return commands.sendAndWait(command);
    }

    /** Starts the user's session in the flow, or returns the one there is, whatever its state. */
    SessionAnswer start(
            String userId,
            String flowId,
            @Nullable String workspaceId,
            String source,
            Request request) {
        SessionId id = claims.claim(userId, flowId, freshId());
        SessionAnswer answer =
                send(new StartOnboarding(id, userId, flowId, workspaceId, source, request));
        Optional<SessionId> successor = successorOf(answer.state());
        while (successor.isPresent()) {
            claims.move(userId, flowId, id, successor.get());
            id = successor.get();
            SessionAnswer next =
                    answer.replayed()
                            ? read(id, request)
                            : send(
                                    new StartOnboarding(
                                            id, userId, flowId, workspaceId, source, request));
            answer = new SessionAnswer(next.state(), answer.created(), answer.replayed());
            successor = successorOf(answer.state());
        }
        return answer;
    }

    /** The user's session in the flow, if it was ever started; starts nothing. */
    Optional<SessionState> mine(String userId, String flowId, Request request) {
        return claims.find(userId, flowId).flatMap(id -> current(id, request));
    }

    /** Resets a session and answers with the one that takes over, whoever reset it. */
    SessionAnswer reset(SessionId id, String reason, Request request) {
        SessionAnswer ended = send(new ResetSession(id, freshId(), reason, request));
        SessionState old = ended.state();
        SessionId successor = successorOf(old).orElseThrow();
        claims.move(old.userId(), old.flowId(), id, successor);
        return new SessionAnswer(
                read(successor, request).state(), ended.created(), ended.replayed());
    }

    private Optional<SessionState> current(SessionId id, Request request) {
        try {
            SessionState state = read(id, request).state();
            Optional<SessionId> successor = successorOf(state);
            return successor.isPresent() ? current(successor.get(), request) : Optional.of(state);
        } catch (AggregateNotFoundException claimedButNeverStarted) {
            return Optional.empty();
        }
    }

    private SessionAnswer read(SessionId id, Request request) {
        return send(new ReadSession(id, Request.of(request.caller(), request.correlationId())));
    }

    private static Optional<SessionId> successorOf(SessionState state) {
        return Optional.ofNullable(state.newSessionId()).map(SessionId::new);
    }

    private static SessionId freshId() {
        return new SessionId(IdentifierFactory.getInstance().generateIdentifier());
    }
}
