/** Tests of the onboarding funnel. */
@NullMarked
package tools.choco.onboarding.funnel;

import org.jspecify.annotations.NullMarked;
