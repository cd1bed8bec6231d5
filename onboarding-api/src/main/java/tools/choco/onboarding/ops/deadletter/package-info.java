/**
 * What operators see of parked events, by sequence and without what they carry, and do about them.
 */
@NullMarked
package tools.choco.onboarding.ops.deadletter;

import org.jspecify.annotations.NullMarked;
