/**
 * What operators see of the processors that follow the log, on whatever instance they work, and do
 * about them.
 */
@NullMarked
package tools.choco.onboarding.ops.processor;

import org.jspecify.annotations.NullMarked;
