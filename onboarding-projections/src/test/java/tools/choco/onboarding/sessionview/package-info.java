/** Tests of the list of sessions. */
@NullMarked
package tools.choco.onboarding.sessionview;

import org.jspecify.annotations.NullMarked;
