/**
 * Sessions of other systems, as far as those tell us of them. Their events are taken as they are:
 * nothing is decided here but whether one is new.
 */
@NullMarked
package tools.choco.onboarding.external;

import org.jspecify.annotations.NullMarked;
