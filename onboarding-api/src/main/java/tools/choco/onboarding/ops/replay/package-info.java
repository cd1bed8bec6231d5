/**
 * What operators see of read models being built again, and do about them: begin, compare, switch,
 * go back, cancel; each act is written down.
 */
@NullMarked
package tools.choco.onboarding.ops.replay;

import org.jspecify.annotations.NullMarked;
