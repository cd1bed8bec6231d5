/**
 * What every part of the domain shares: who asks, with which guarantees, and how a refusal looks.
 */
@NullMarked
package tools.choco.onboarding;

import org.jspecify.annotations.NullMarked;
