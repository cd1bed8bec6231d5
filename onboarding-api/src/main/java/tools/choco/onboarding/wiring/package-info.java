/** One class per concern that puts the parts together; the only place where Spring meets Axon. */
@NullMarked
package tools.choco.onboarding.wiring;

import org.jspecify.annotations.NullMarked;
