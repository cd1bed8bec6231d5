/**
 * The site routes, and what they stand on: slugs that are claimed for good, and the way commands
 * get to sites.
 *
 * <p>A request for a site goes through its session; everything else to the site itself. Answers are
 * built from the site's own state, lists from the {@code siteview} read model.
 */
@NullMarked
package tools.choco.onboarding.site.http;

import org.jspecify.annotations.NullMarked;
