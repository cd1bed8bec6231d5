package tools.choco.onboarding.site;

/**
 * What a command on a site answers.
 *
 * @param state the site as it is after the command
 * @param created whether the command (or the one it repeats) created the site
 * @param replayed whether the command repeats one that was accepted before, by its idempotency key
 */
public record SiteAnswer(SiteState state, boolean created, boolean replayed) {

    static SiteAnswer of(SiteState state) {
        return new SiteAnswer(state, false, false);
    }
}
