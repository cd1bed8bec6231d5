/**
 * The service as tests use it: in this process or forked, over its real port, on a real database.
 */
@NullMarked
package tools.choco.onboarding.testing;

import org.jspecify.annotations.NullMarked;
