/** Whether the service lives, whether it can serve, and what it measures. */
@NullMarked
package tools.choco.onboarding.health;

import org.jspecify.annotations.NullMarked;
