/**
 * What all read models share: events come in from the log in batches, each batch is folded in
 * memory and written with a few statements, in the transaction that moves the processor's token.
 *
 * <p>A read model implements {@link tools.choco.onboarding.projection.Projection}; {@link
 * tools.choco.onboarding.projection.Projections} makes the processor that feeds it. A failure of
 * the database rolls the batch back and is retried; an event that cannot be applied is parked as a
 * dead letter, together with what follows it in its session. Neither is only logged.
 */
@NullMarked
package tools.choco.onboarding.projection;

import org.jspecify.annotations.NullMarked;
