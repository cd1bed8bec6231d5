/**
 * Events of other systems: signed batches come in over HTTP, and what is new among them is in the
 * log when they are answered.
 */
@NullMarked
package tools.choco.onboarding.ingest;

import org.jspecify.annotations.NullMarked;
