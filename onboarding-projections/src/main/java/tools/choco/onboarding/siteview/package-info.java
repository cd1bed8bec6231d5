/**
 * The read model of sites: one row a site, and one for each provisioning of a user's own.
 *
 * <p>Every event of a site enters; {@link tools.choco.onboarding.siteview.SiteQueries} answers what
 * a user has, and what is on its way and for how long.
 */
@NullMarked
package tools.choco.onboarding.siteview;

import org.jspecify.annotations.NullMarked;
