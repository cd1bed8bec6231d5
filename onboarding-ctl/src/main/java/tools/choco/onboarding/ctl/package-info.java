/**
 * {@code onboardingctl}, the operator's command line. It knows the service by its HTTP contract
 * alone: requests leave, answers are printed, drawn or handed on as they came. The demo in here is
 * a crowd of made-up users that behaves as the manifest of a flow allows.
 */
@NullMarked
package tools.choco.onboarding.ctl;

import org.jspecify.annotations.NullMarked;
