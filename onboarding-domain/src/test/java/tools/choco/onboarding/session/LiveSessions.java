package tools.choco.onboarding.session;

import com.google.protobuf.Message;
import java.util.List;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import tools.choco.onboarding.EventContext;
import tools.choco.onboarding.events.v1.OnboardingStarted;
import tools.choco.onboarding.site.SiteAnswer;
import tools.choco.onboarding.testing.LiveAggregates;
import tools.choco.onboarding.testing.ReversibleTexts;
import tools.choco.onboarding.testing.SettableClock;

/** Sessions on a log in memory, with ports that live there too. */
final class LiveSessions {

    final SettableClock clock = new SettableClock(SessionFixtures.NOON);
    final InMemoryFlows flows = new InMemoryFlows();
    final ReversibleVault vault = new ReversibleVault();
    final LiveAggregates live =
            new LiveAggregates(clock, flows, vault, new ReversibleTexts(), new FlatForms());

    /** Sends a command and returns its answer, or throws what the session threw. */
    SessionAnswer send(SessionCommand command) {
        return live.send(command);
    }

    /** Asks for a site and returns its answer, or throws what the session or the site threw. */
    SiteAnswer request(RequestSite command) {
        return live.send(command);
    }

    /** Every event of a session, in order. */
    List<? extends DomainEventMessage<?>> history(SessionId id) {
        return live.history(id.value());
    }

    /** The state that a session's events add up to. */
    SessionState replayed(SessionId id) {
        SessionState state = null;
        for (DomainEventMessage<?> event : history(id)) {
            EventContext context =
                    new EventContext(
                            event.getIdentifier(),
                            event.getSequenceNumber() + 1,
                            event.getMetaData());
            Message payload = (Message) event.getPayload();
            state =
                    state == null
                            ? SessionState.startedBy((OnboardingStarted) payload, context)
                            : state.after(payload, context);
        }
        if (state == null) {
            throw new AssertionError("no such session");
        }
        return state;
    }

    /** What was appended, append by append. */
    List<List<EventMessage<?>>> appends() {
        return live.appends();
    }
}
