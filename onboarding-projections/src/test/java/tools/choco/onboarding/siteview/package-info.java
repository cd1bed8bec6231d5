/** Tests of the read model of sites. */
@NullMarked
package tools.choco.onboarding.siteview;

import org.jspecify.annotations.NullMarked;
