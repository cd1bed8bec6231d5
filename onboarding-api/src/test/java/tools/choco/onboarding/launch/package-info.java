/** Starting, failing to start, being killed and sharing a database: with real processes. */
@NullMarked
package tools.choco.onboarding.launch;

import org.jspecify.annotations.NullMarked;
