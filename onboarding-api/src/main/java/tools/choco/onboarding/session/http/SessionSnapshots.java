package tools.choco.onboarding.session.http;

import java.util.List;
import tools.choco.onboarding.Request;
import tools.choco.onboarding.answer.AnswerVault;
import tools.choco.onboarding.session.ReadSession;
import tools.choco.onboarding.session.SessionId;
import tools.choco.onboarding.session.SessionState;
import tools.choco.onboarding.site.SiteState;
import tools.choco.onboarding.site.http.SiteGateway;
import tools.choco.onboarding.watch.Snapshots;

/**
 * Sessions as {@code GET /onboarding/sessions/{sessionId}} answers them, to be watched from there.
 */
public final class SessionSnapshots implements Snapshots {

    private final Sessions sessions;
    private final SiteGateway sites;
    private final AnswerVault vault;

    public SessionSnapshots(Sessions sessions, SiteGateway sites, AnswerVault vault) {
        this.sessions = sessions;
        this.sites = sites;
        this.vault = vault;
    }

    /** The session; for an operator without its answers. */
    @Override
    public Snapshot read(String id, Request request) {
        SessionState state = sessions.send(new ReadSession(SessionId.of(id), request)).state();
        return new Snapshot(() -> body(state, request), state.revision());
    }

    private SessionBody body(SessionState state, Request request) {
        List<SiteState> its = sites.ofSession(state.id(), request);
        return request.caller().isUser()
                ? SessionBody.of(state, its, vault)
                : SessionBody.withoutAnswers(state, its);
    }
}
