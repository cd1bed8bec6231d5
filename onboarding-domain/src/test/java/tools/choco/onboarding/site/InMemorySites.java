package tools.choco.onboarding.site;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.EventContext;
import tools.choco.onboarding.EventTime;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.session.SessionId;

/** Records what sessions ask for, and creates each site without writing its events. */
public final class InMemorySites implements Sites {

    private final Clock clock;
    private final List<NewSite> requested = new ArrayList<>();
    private final List<SiteState> states = new ArrayList<>();
    private @Nullable Refusal refusal;

    public InMemorySites(Clock clock) {
        this.clock = clock;
    }

    /** From now on every request is refused for that reason. */
    public void refuse(Refusal reason) {
        refusal = reason;
    }

    /** What was asked for, in order. */
    public List<NewSite> requested() {
        return List.copyOf(requested);
    }

    @Override
    public SiteAnswer request(NewSite site, Request request) {
        if (refusal != null) {
            throw Refused.because(refusal, "as the test has it");
        }
        requested.add(site);
        SiteState state =
                SiteState.requestedBy(
                        SiteEvents.requested(site, EventTime.now(clock)),
                        new EventContext("event-1", 1, request.metadata()));
        states.add(state);
        return new SiteAnswer(state, true, false);
    }

    @Override
    public List<SiteState> of(SessionId session) {
        return states.stream().filter(site -> site.sessionId().equals(session)).toList();
    }

    @Override
    public boolean anyRequested(SessionId session) {
        return !of(session).isEmpty();
    }
}
