package tools.choco.onboarding.provisioning;

/**
 * Where sites live: source repositories, projects that build them, hooks that rebuild them.
 *
 * <p>Every operation is idempotent by the site: a resource bears a name derived from {@code
 * siteId}, one that exists already counts as made, and a repeat answers like the first call. A
 * caller may die after any of them and call again.
 *
 * <p>Every operation throws {@link HostingFailure}, which says who can mend it; anything else that
 * is thrown is a defect.
 */
public interface SiteHosting {

    /**
     * Makes sure that the user has a source repository for the site, filled from its template; a
     * site that was a welcome site brings its content along.
     *
     * @param repository wanted name, {@code owner/name}; the owner is the account's login
     */
    Source resolveSource(HostedSite site, GithubAccount account, String repository);

    /** Makes sure that there is a project which builds the site from its source. */
    Project createProject(HostedSite site);

    /** Makes sure that a push to the source makes the project build again. */
    void createDeployHook(HostedSite site);

    /**
     * Builds and serves the newest source, and waits until that has settled. A broken source is an
     * answer, not a failure, and leaves the last good version up.
     */
    Deployment deploy(HostedSite site);

    /** Builds and serves a site from its template alone, without a repository. */
    WelcomeSite publishWelcomeSite(HostedSite site);
}
