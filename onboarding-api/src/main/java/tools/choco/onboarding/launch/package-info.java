/** Starting and ending: the home directory, the database, and one clear line when a start fails. */
@NullMarked
package tools.choco.onboarding.launch;

import org.jspecify.annotations.NullMarked;
