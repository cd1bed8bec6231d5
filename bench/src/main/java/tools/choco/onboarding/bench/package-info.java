/**
 * Side-by-side measurements: what the service does beside what people would use instead, in turns,
 * in one run, on one machine. {@code docs/benches.md} says how to read them.
 */
@NullMarked
package tools.choco.onboarding.bench;

import org.jspecify.annotations.NullMarked;
