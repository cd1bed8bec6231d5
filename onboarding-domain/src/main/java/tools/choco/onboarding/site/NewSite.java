package tools.choco.onboarding.site;

import org.jspecify.annotations.Nullable;
import tools.choco.onboarding.events.v1.HostingMode;
import tools.choco.onboarding.session.SessionId;

/**
 * A site as a session asks for it.
 *
 * @param sessionId session that spawns it
 * @param userId whose it is
 * @param workspaceId workspace of the session; null if it has none
 * @param slug name in its address, unique over all sites
 * @param hostingMode USER_GIT is provisioned by the saga, PLATFORM_TEMPLATE is a welcome site
 * @param templateId template of its content
 * @param githubLinked whether the user has linked GitHub
 * @param welcomeUrl where the welcome site is served; null until its host has said so, and for a
 *     site of the user's own
 */
public record NewSite(
        SessionId sessionId,
        String userId,
        @Nullable String workspaceId,
        Slug slug,
        HostingMode hostingMode,
        String templateId,
        boolean githubLinked,
        @Nullable String welcomeUrl) {

    /** Its id. */
    public SiteId id() {
        return SiteId.of(sessionId, slug);
    }

    /** Whether it is a welcome site. */
    public boolean isWelcomeSite() {
        return hostingMode == HostingMode.HOSTING_MODE_PLATFORM_TEMPLATE;
    }

    /** The same welcome site, served at that absolute address. */
    public NewSite servedAt(String url) {
        return new NewSite(
                sessionId, userId, workspaceId, slug, hostingMode, templateId, githubLinked, url);
    }
}
