package tools.choco.onboarding.flow;

/**
 * A template that a site can be made from.
 *
 * @param id kebab-case, unique within the flow
 * @param title as shown to the user
 */
public record Template(String id, String title) {}
