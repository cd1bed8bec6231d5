package tools.choco.onboarding.github;

import java.time.Instant;

/**
 * A link as its user may see it.
 *
 * @param login name of the account
 * @param linkedAt when this token was stored
 */
public record LinkedGithub(String login, Instant linkedAt) {}
