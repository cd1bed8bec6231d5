/**
 * Events that a processor could not handle. One poisons its own sequence and no other: it and what
 * follows it in the sequence wait here, in order and in sight, until an operator acts.
 */
@NullMarked
package tools.choco.onboarding.deadletter;

import org.jspecify.annotations.NullMarked;
