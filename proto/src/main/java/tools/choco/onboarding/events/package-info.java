/**
 * The event catalogue: which events exist, what each is called on the wire and in the log, and how
 * to read what all of them share.
 *
 * <p>The messages themselves are generated from {@code src/main/protobuf}. Nothing here knows an
 * aggregate, a command or a database; {@code docs/events.md} is the same catalogue for people.
 */
@NullMarked
package tools.choco.onboarding.events;

import org.jspecify.annotations.NullMarked;
