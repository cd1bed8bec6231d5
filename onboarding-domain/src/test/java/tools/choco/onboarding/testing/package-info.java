/** What the tests of several aggregates share. */
@NullMarked
package tools.choco.onboarding.testing;

import org.jspecify.annotations.NullMarked;
