package tools.choco.onboarding.provisioning;

/**
 * What builds and serves a site.
 *
 * @param projectId id at the host
 */
public record Project(String projectId) {}
