package tools.choco.onboarding.site;

import java.util.regex.Pattern;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import tools.choco.onboarding.Refusal;
import tools.choco.onboarding.Refused;
import tools.choco.onboarding.Request;

/**
 * Makes a welcome site the user's own and starts its provisioning. Of two adoptions one wins.
 *
 * @param siteId the site
 * @param githubRepo wanted source repository, {@code owner/name}
 * @param githubLinked whether the user has linked GitHub
 * @param request how it came in
 */
public record AdoptSite(
        @TargetAggregateIdentifier SiteId siteId,
        String githubRepo,
        boolean githubLinked,
        Request request)
        implements SiteCommand {

    /** What GitHub accepts as login and name; neither can walk out of a directory. */
    private static final Pattern REPOSITORY =
            Pattern.compile("[A-Za-z0-9](-?[A-Za-z0-9]){0,38}/(?!\\.{1,2}$)[A-Za-z0-9._-]{1,100}");

    /**
     * @throws Refused with {@code GITHUB_REPO_INVALID} if {@code githubRepo} names no repository
     */
    public AdoptSite {
        if (!REPOSITORY.matcher(githubRepo).matches()) {
            throw Refused.because(
                    Refusal.GITHUB_REPO_INVALID, "A repository is named as owner/name.");
        }
    }
}
