package tools.choco.onboarding.provisioning;

/**
 * A build that has settled.
 *
 * @param ready whether it is served; else the last good version, if any, still is
 * @param projectId id of the project at the host
 * @param repository source, {@code owner/name}
 * @param url absolute address of the site
 * @param detail what was built, or why it could not be; fit for the user, never a secret
 */
public record Deployment(
        boolean ready, String projectId, String repository, String url, String detail) {}
