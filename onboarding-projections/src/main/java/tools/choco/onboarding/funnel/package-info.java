/**
 * The onboarding funnel: how many sessions reach each stage, how fast, and how they end.
 *
 * <p>Every event of a session and its sites enters one entry a session; {@link
 * tools.choco.onboarding.funnel.FunnelQueries} counts entries on read. Stages and outcomes depend
 * on event times alone, so a rebuild gives the same numbers.
 */
@NullMarked
package tools.choco.onboarding.funnel;

import org.jspecify.annotations.NullMarked;
