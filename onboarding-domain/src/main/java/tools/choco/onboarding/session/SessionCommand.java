package tools.choco.onboarding.session;

import tools.choco.onboarding.Request;

/** Something that is asked of one session. */
public sealed interface SessionCommand
        permits StartOnboarding,
                CompleteStep,
                SkipStep,
                ReopenStep,
                SelectPath,
                RequestSite,
                CompleteSiteStep,
                CompleteOnboarding,
                AbandonSession,
                ResetSession,
                ReadSession {

    /** The session it is asked of. */
    SessionId sessionId();

    /** How it came in. */
    Request request();
}
