package tools.choco.onboarding.flow;

/**
 * A path that a user can choose.
 *
 * @param key kebab-case, unique within the flow
 * @param title as shown to the user
 */
public record Path(String key, String title) {}
