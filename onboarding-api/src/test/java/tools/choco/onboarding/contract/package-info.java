/**
 * Holds the service to its contract: the file itself, and a validator that every HTTP test runs its
 * requests and answers through.
 */
@NullMarked
package tools.choco.onboarding.contract;

import org.jspecify.annotations.NullMarked;
