/**
 * What every route shares: problem responses, request ids, limits, preconditions and idempotency
 * keys.
 *
 * <p>Requests enter here and leave as {@link tools.choco.onboarding.Request}s of the domain;
 * refusals come back and leave as {@code application/problem+json}.
 */
@NullMarked
package tools.choco.onboarding.edge;

import org.jspecify.annotations.NullMarked;
