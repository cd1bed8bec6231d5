/**
 * How a requested site becomes a live one: the saga that routes, and the ports through which the
 * work is done.
 */
@NullMarked
package tools.choco.onboarding.provisioning;

import org.jspecify.annotations.NullMarked;
