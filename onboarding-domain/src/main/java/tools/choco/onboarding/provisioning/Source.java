package tools.choco.onboarding.provisioning;

/**
 * A source repository.
 *
 * @param repository {@code owner/name}
 */
public record Source(String repository) {}
