package tools.choco.onboarding.watch;

import java.util.List;

/** Knows which sites a session has asked for. */
@FunctionalInterface
public interface SitesOfSession {

    /** Ids of the sites; every site is among them that has an event in the log. */
    List<String> siteIds(String sessionId);
}
