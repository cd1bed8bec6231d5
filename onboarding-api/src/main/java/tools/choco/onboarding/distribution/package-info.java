/**
 * Commands that another instance may handle: how they, their answers and their refusals get there
 * and back.
 */
@NullMarked
package tools.choco.onboarding.distribution;

import org.jspecify.annotations.NullMarked;
