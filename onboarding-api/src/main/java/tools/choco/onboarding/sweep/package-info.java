/** The idle sweep: finds sessions that lie idle in the read model and asks each to decide. */
@NullMarked
package tools.choco.onboarding.sweep;

import org.jspecify.annotations.NullMarked;
