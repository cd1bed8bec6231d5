/** Read models are built again beside the ones that serve, and switched to. */
@NullMarked
package tools.choco.onboarding.replay;

import org.jspecify.annotations.NullMarked;
