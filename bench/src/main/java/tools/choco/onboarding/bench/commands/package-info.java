/**
 * Commands through the gateway and appends to the log, beside plain inserts and beside stock Axon.
 */
@NullMarked
package tools.choco.onboarding.bench.commands;

import org.jspecify.annotations.NullMarked;
