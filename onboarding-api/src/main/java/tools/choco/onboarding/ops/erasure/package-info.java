/** Erasing what is known of a user as a person, on an operator's word. */
@NullMarked
package tools.choco.onboarding.ops.erasure;

import org.jspecify.annotations.NullMarked;
