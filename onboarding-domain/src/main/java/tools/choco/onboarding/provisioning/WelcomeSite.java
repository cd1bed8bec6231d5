package tools.choco.onboarding.provisioning;

/**
 * A served welcome site.
 *
 * @param url absolute address
 */
public record WelcomeSite(String url) {}
