/**
 * Proves that today's code still reads yesterday's log, and that the catalogue for people says what
 * the schema says.
 *
 * <p>{@code src/approved} holds, for each version of the schema, its descriptors and one sample of
 * bytes per message. Nothing there is ever rewritten; {@code -Dapprove=true} adds a version.
 */
@NullMarked
package tools.choco.onboarding.events;

import org.jspecify.annotations.NullMarked;
