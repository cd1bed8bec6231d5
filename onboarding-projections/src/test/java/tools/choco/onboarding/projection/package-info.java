/** Tests of the shared mechanism, and what the tests of every read model use. */
@NullMarked
package tools.choco.onboarding.projection;

import org.jspecify.annotations.NullMarked;
