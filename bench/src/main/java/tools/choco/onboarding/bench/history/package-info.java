/**
 * Histories true to life, of any size: what users, sweeps, hosts and other systems do over months,
 * made up from a seed and copied into a log in minutes.
 */
@NullMarked
package tools.choco.onboarding.bench.history;

import org.jspecify.annotations.NullMarked;
