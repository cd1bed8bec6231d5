/**
 * What operators see of sites on their way, and do about them: one by one or many at once, through
 * the sites' own commands.
 */
@NullMarked
package tools.choco.onboarding.ops.provisioning;

import org.jspecify.annotations.NullMarked;
