package tools.choco.onboarding.hosting.local;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the host has promised for a site and what it has done.
 *
 * @param siteId the site
 * @param userId whose it is
 * @param slug name in its address, its own among all sites of the host
 * @param templateId template of its content
 * @param repository {@code owner/name} as it was asked for; claimed, and made soon after
 * @param project whether there is a project
 * @param hook whether a push builds it again
 * @param live version that is served
 * @param welcome version that is served as a welcome site
 * @param attempt outcome of the last build from the repository
 */
record SiteRecord(
        String siteId,
        String userId,
        String slug,
        String templateId,
        @Nullable String repository,
        boolean project,
        boolean hook,
        @Nullable Version live,
        @Nullable Version welcome,
        @Nullable Attempt attempt) {

    /**
     * A built site.
     *
     * @param name of its directory
     * @param theme look that it was built with
     * @param builtAt when
     */
    record Version(String name, String theme, Instant builtAt) {}

    /**
     * A build.
     *
     * @param commit source of it
     * @param ready whether it came to be served
     * @param detail what was built, or why it could not be
     */
    record Attempt(String commit, boolean ready, String detail) {}

    SiteRecord withRepository(String name) {
        return new SiteRecord(
                siteId, userId, slug, templateId, name, project, hook, live, welcome, attempt);
    }

    SiteRecord withProject() {
        return new SiteRecord(
                siteId, userId, slug, templateId, repository, true, hook, live, welcome, attempt);
    }

    SiteRecord withHook() {
        return new SiteRecord(
                siteId,
                userId,
                slug,
                templateId,
                repository,
                project,
                true,
                live,
                welcome,
                attempt);
    }

    SiteRecord withLive(@Nullable Version version, Attempt outcome) {
        return new SiteRecord(
                siteId,
                userId,
                slug,
                templateId,
                repository,
                project,
                hook,
                version,
                welcome,
                outcome);
    }

    SiteRecord withWelcome(Version version) {
        return new SiteRecord(
                siteId,
                userId,
                slug,
                templateId,
                repository,
                project,
                hook,
                live,
                version,
                attempt);
    }
}
