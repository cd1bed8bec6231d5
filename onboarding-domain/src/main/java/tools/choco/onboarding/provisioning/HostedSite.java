package tools.choco.onboarding.provisioning;

/**
 * A site as its host knows it.
 *
 * @param siteId the site; names of its resources derive from it
 * @param userId whose it is
 * @param slug name in its address
 * @param templateId template of its content
 */
public record HostedSite(String siteId, String userId, String slug, String templateId) {}
