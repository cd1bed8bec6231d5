/**
 * What all read models share: events come in from the log in batches, each batch is folded in
 * memory and written with a few statements, in the transaction that moves the processor's token.
 *
 * <p>A read model implements {@link tools.choco.onboarding.projection.Projection}; {@link
 * tools.choco.onboarding.projection.Projections} makes the processor that feeds it. A failure rolls
 * the batch back and is retried; it is never only logged.
 */
@NullMarked
package tools.choco.onboarding.projection;

import org.jspecify.annotations.NullMarked;
